"""Time the core against a loop written by hand with the same networks, in one run.

    tools/bench core --width 64

WGAN-GP, five critic moves and one generator move with moving averages and logged means on either side. Rounds of both
are interleaved, so that what else the machine does hits them alike; the ratio of minima and of medians is printed, and
written with --out as JSON.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import keras
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo.files import replacing


def core(sizes: dict, data: tf.data.Dataset, xla: bool):
    """One call is one train step of the zoo's model, as `fit` makes it."""
    model = zoo.create("wgan_gp", **sizes)
    model.compile(jit_compile=xla)
    model.make_train_function()
    iterator = iter(data)
    return lambda: model.train_function(iterator)


def by_hand(sizes: dict, data: tf.data.Dataset, xla: bool):
    """One call is one step of the loop that a user would write."""
    model = zoo.create("wgan_gp", **sizes)
    generator, critic, average = model.generator, model.discriminator, model.generator_ema
    adam = lambda network: keras.optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9, epsilon=1e-8)
    players = {}
    for network in (generator, critic):
        players[network.name] = adam(network)
        players[network.name].build(network.trainable_variables)

    def critic_gradients(real):
        n = tf.shape(real)[0]
        fake = generator(tf.random.normal((n, 128)), training=True)
        position = tf.random.uniform((n, 1, 1, 1))
        with tf.GradientTape() as tape:
            adversarial = tf.reduce_mean(critic(fake, training=True)) - tf.reduce_mean(critic(real, training=True))
            between = fake + position * (real - fake)
            with tf.GradientTape() as inner:
                inner.watch(between)
                score = critic(between, training=True)
            slope = inner.gradient(score, between)
            norm = tf.sqrt(tf.reduce_sum(slope**2, (1, 2, 3)) + 1e-12)
            penalty = 10.0 * tf.reduce_mean((norm - 1.0) ** 2)
            total = adversarial + penalty
        return adversarial, penalty, tape.gradient(total, critic.trainable_variables)

    def generator_gradients(n):
        with tf.GradientTape() as tape:
            loss = -tf.reduce_mean(critic(generator(tf.random.normal((n, 128)), training=True), training=True))
        return loss, tape.gradient(loss, generator.trainable_variables)

    critic_gradients = tf.function(critic_gradients, jit_compile=xla or None)
    generator_gradients = tf.function(generator_gradients, jit_compile=xla or None)
    means = [keras.metrics.Mean() for _ in range(3)]

    @tf.function
    def step(iterator):
        real = next(iterator)
        parts = tf.unstack(tf.reshape(real, (-1, 5, *real.shape[1:])), axis=1)
        for part in parts:
            adversarial, penalty, gradients = critic_gradients(part)
            players["discriminator"].apply(gradients, critic.trainable_variables)
        loss, gradients = generator_gradients(parts[0].shape[0])
        players["generator"].apply(gradients, generator.trainable_variables)
        for slow, fast in zip(average.variables, generator.variables):
            slow.assign(0.999 * slow + 0.001 * fast)
        for mean, value in zip(means, (adversarial, penalty, loss)):
            mean.update_state(value)
        return [mean.result() for mean in means]

    iterator = iter(data)
    return lambda: step(iterator)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools/bench core", description=__doc__)
    parser.add_argument("--side", type=int, default=32)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--batch-size", type=int, default=64, help="of one move")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=1, help="in a round")
    parser.add_argument("--modes", default="plain,xla")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()

    sizes = {"image_shape": (options.side, options.side, 1), "width": options.width}
    images = tf.random.stateless_uniform((5 * options.batch_size, *sizes["image_shape"]), (0, 0), -1.0, 1.0)
    data = tf.data.Dataset.from_tensors(images).repeat().prefetch(2)
    results = {}
    for mode in options.modes.split(","):
        steps, times, first = {}, {"core": [], "by hand": []}, {}
        for name, make in (("core", core), ("by hand", by_hand)):
            steps[name] = make(sizes, data, mode == "xla")
            start = time.perf_counter()
            steps[name]()
            first[name] = round(time.perf_counter() - start, 2)
        for _ in range(options.rounds):
            for name, step in steps.items():
                start = time.perf_counter()
                for _ in range(options.steps):
                    logs = step()
                tf.nest.map_structure(lambda value: value.numpy(), logs)
                times[name].append((time.perf_counter() - start) / options.steps)
        results[mode] = {
            "ms per step": {name: round(1e3 * min(t), 1) for name, t in times.items()},
            "first step s": first,
            "ratio of minima": round(min(times["core"]) / min(times["by hand"]), 3),
            "ratio of medians": round(statistics.median(times["core"]) / statistics.median(times["by hand"]), 3),
        }
        print(mode, results[mode], flush=True)
    if options.out:
        with replacing(options.out) as temporary:
            temporary.write_text(json.dumps({"sizes": vars(options) | {"out": None}, **results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
