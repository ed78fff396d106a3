"""The README's tables are those that the catalogue, the proofs and the pretrained sets give; its LSGAN works."""

import importlib.machinery
import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_tables_are_current():
    loader = importlib.machinery.SourceFileLoader("update_readme", str(ROOT / "tools" / "update_readme"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("update_readme", loader))
    loader.exec_module(module)
    text = (ROOT / "README.md").read_text()
    assert module.updated(text) == text, "run tools/update_readme"


def test_links_lead_somewhere():
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / "README.md").read_text()):
        assert (ROOT / target).exists(), target


def test_the_lsgan_of_the_readme_trains(monkeypatch):
    from tfgan_zoo import catalogue

    code = re.search(r"```python\n(\"\"\"Least squares GAN.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[1]
    card = catalogue.Card("my_lsgan", "", "", 2017, "1611.04076", "objectives", (), "MyLSGAN", sizes={}, tiny={})
    monkeypatch.setitem(catalogue.BY_NAME, "my_lsgan", card)
    names = {}
    exec(code, names)
    model = names["MyLSGAN"](image_shape=(16, 16, 1), latent_dim=4, width=4)
    model.compile()
    history = model.fit(model.example_batch(8), batch_size=4, verbose=0).history
    assert set(history) == {"discriminator/adversarial", "generator/adversarial"}
