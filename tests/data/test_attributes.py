"""Tables of attributes: both formats, matching with images, and every way in which they can be wrong."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfgan_zoo import data
from tfgan_zoo.data.attributes import read_table
from tfgan_zoo.errors import ZooError

CELEBA = "3\nBald Smiling Young\nb.png -1  1 -1\na.png  1 -1 -1\nc.png -1 -1  1\n"
PLAIN = 'image_id,Bald,"Smiling",Young\nb.png,0,1,0\na.png,1,0,0\n\nc.png, 0, 0, 1\n'
VECTORS = {"a.png": [1, 0, 0], "b.png": [0, 1, 0], "c.png": [0, 0, 1]}


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def pictures(root, *names):
    root.mkdir(parents=True, exist_ok=True)
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((4, 4), 10 * "abcdef".index(name[-5]), np.uint8)).save(root / name)
    return root


@pytest.mark.parametrize(
    "text",
    [
        CELEBA,
        PLAIN,
        PLAIN.replace("0", "-1"),
        "\ufeff" + PLAIN,
        CELEBA.replace("\n", "\r\n"),
        PLAIN.replace("1", "1.0"),
    ],
)
def test_formats(tmp_path, text):
    table = read_table(write(tmp_path / "table.txt", text))
    assert table.names == ("Bald", "Smiling", "Young")
    assert table.values.dtype == np.float32
    assert {file: table.values[row].tolist() for file, row in table.rows.items()} == VECTORS


def test_folder_with_attributes(tmp_path):
    folder = pictures(tmp_path / "images", "c.png", "a.png")  # of which the table has one more
    source = data.open_source(folder, attributes=write(tmp_path / "list_attr_celeba.txt", CELEBA))
    assert source.attribute_names == ("Bald", "Smiling", "Young") and source.attributes.dtype == np.float32
    assert source.attributes.tolist() == [VECTORS["a.png"], VECTORS["c.png"]]
    assert data.open_source(folder).attributes is None and data.open_source(folder).attribute_names == ()


def test_batches_with_attributes(tmp_path):
    folder = pictures(tmp_path / "images", "x/a.png", "x/b.png", "y/c.png")
    table = write(tmp_path / "table.csv", PLAIN)
    batches = data.load(folder, batch_size=2, attributes=table, repeat=True)
    assert batches.element_spec[1] == tf.TensorSpec((2, 3), tf.float32)
    for images, vectors in batches.take(6):
        names = [f"{'abc'[round((x + 1) * 12.75)]}.png" for x in images.numpy()[:, 0, 0, 0]]
        assert vectors.numpy().tolist() == [VECTORS[name] for name in names]
    images, labels, vectors = next(iter(data.load(folder, batch_size=3, labels=True, attributes=table, shuffle=False)))
    assert labels.numpy().tolist() == [0, 0, 1] and vectors.numpy().tolist() == list(VECTORS.values())


def test_a_table_may_lie_among_the_images(tmp_path):
    folder = pictures(tmp_path / "images", "a.png", "b.png", "c.png")
    table = write(folder / "attributes.csv", PLAIN)
    assert len(data.open_source(folder, attributes=table)) == 3
    with pytest.raises(ZooError, match="attributes.csv"):
        data.open_source(folder)


def test_files_of_one_name_in_two_folders_need_their_folders_in_the_table(tmp_path):
    folder = pictures(tmp_path / "images", "x/a.png", "y/a.png")
    with pytest.raises(ZooError, match="x/a.png and y/a.png of .* mean the same row; give their folders"):
        data.open_source(folder, attributes=write(tmp_path / "short.csv", PLAIN))
    table = write(tmp_path / "long.csv", "file,Bald\nx/a.png,0\ny/a.png,1\n")
    assert data.open_source(folder, attributes=table).attributes.tolist() == [[0], [1]]


def test_skipped_files_need_no_row(tmp_path):
    folder = pictures(tmp_path / "images", "a.png", "b.png")
    (folder / "broken.png").write_bytes(b"")
    with pytest.warns(UserWarning, match="left out 1 of 3"):
        source = data.open_source(folder, attributes=write(tmp_path / "table.csv", PLAIN), skip_broken=True)
    assert source.attributes.tolist() == [VECTORS["a.png"], VECTORS["b.png"]]


@pytest.mark.parametrize("files", [None, ["c.png", "a.png", "b.png"]])
def test_npz_by_number_or_by_name(tmp_path, files):
    path, arrays = tmp_path / "images.npz", {"images": np.zeros((3, 4, 4), np.uint8)}
    np.savez(path, **arrays, **({"files": np.array(files)} if files else {}))
    table = PLAIN if files else PLAIN.replace("a.png", "0").replace("b.png", "1").replace("c.png", "2")
    source = data.open_source(path, attributes=write(tmp_path / "table.csv", table))
    expected = [VECTORS[file] for file in files or sorted(VECTORS)]
    assert source.attributes.tolist() == expected and source.attribute_names[0] == "Bald"


def test_npz_with_too_few_names(tmp_path):
    np.savez(tmp_path / "images.npz", images=np.zeros((3, 4, 4), np.uint8), files=np.array(["a.png"]))
    with pytest.raises(ZooError, match=r"files must have shape \(3,\), one name per image, found \(1,\)"):
        data.open_source(tmp_path / "images.npz", attributes=write(tmp_path / "table.csv", PLAIN))


def test_images_without_a_row_are_named(tmp_path):
    folder = pictures(tmp_path / "images", "a.png", "d.png", "e.png")
    with pytest.raises(ZooError, match="has no row for 2 of 3 images of .*: d.png, e.png; add them or remove"):
        data.open_source(folder, attributes=write(tmp_path / "table.csv", PLAIN))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"expected different names of attributes after that of the file, found \[\]"),
        ("file\na.png\n", r"expected different names .* found \[\]"),
        ("file,Bald,Bald\na.png,1,1\n", r"expected different names .* found \['Bald', 'Bald'\]"),
        ("file,Bald\n", "expected a row for every image, found none"),
        ("a.png,1,0\nb.png,0,1\n", "expected a first line of headings .* found values"),
        ("file,Bald\na.png,1,0\n", "line 2: expected a file name and 1 values, found 3 columns"),
        ("file,Bald\na.png,1\nb.png,yes\n", r"line 3: expected 0 or 1 \(or -1 or 1\) for 'Bald', found 'yes'"),
        ("file,Bald\na.png,1\na.png,0\n", "line 3: a.png has a row already"),
        ("file,Bald,Old\na.png,1,0\nb.png,-1,1\n", "expected values 0 and 1, or -1 and 1, found all three"),
        ("4" + CELEBA[1:], "its first line promises 4 images, found 3"),
        (CELEBA + "d.png 1 1\n", "line 6: expected a file name and 3 values, found 3 columns"),
        ("3\n", r"expected different names .* found \[\]"),
    ],
)
def test_wrong_tables(tmp_path, text, message):
    with pytest.raises(ZooError, match=message) as caught:
        read_table(write(tmp_path / "table.csv", text))
    assert "\n" not in str(caught.value)


def test_files_that_are_no_tables(tmp_path):
    with pytest.raises(ZooError, match="attributes: no such file: .*absent.csv"):
        read_table(tmp_path / "absent.csv")
    (tmp_path / "bytes.csv").write_bytes(bytes(range(128, 256)))
    for path in (tmp_path / "bytes.csv", tmp_path):
        with pytest.raises(ZooError, match="cannot be read as text .*; expected a table"):
            read_table(path)


def test_only_files_have_attributes(tmp_path):
    table = write(tmp_path / "table.csv", PLAIN)
    for name in ("digits", "ring8", "shapes32"):
        with pytest.raises(ZooError, match=f"attributes belong to the files of a folder .* '{name}' is not"):
            data.load(name, attributes=table)
    with pytest.raises(ZooError, match="no such folder: .*/absent"):
        data.load(tmp_path / "absent", attributes=table)
    pictures(tmp_path / "images", "A/a.png", "B/b.png")
    with pytest.raises(ZooError, match="attributes belong to one folder of images, but .* holds two"):
        data.open_source(tmp_path / "images", attributes=table)
    with pytest.raises(ZooError, match="'digits' has no attributes; open it with attributes=TABLE"):
        data.open_source("digits").batches(4, attributes=True)
