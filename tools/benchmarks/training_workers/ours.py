"""Steps of the zoo, and of loops written by hand around the same Keras networks: ours.py MODEL SETTINGS_AS_JSON."""

import json
import sys

import keras
import tensorflow as tf
import workload

import tfgan_zoo as zoo

LATENT = {"dcgan": 100, "wgan_gp": 128, "sngan": 128}


def made(model: str, width: int, **arguments):
    shape = (32, 32, 3)
    return zoo.create(model, image_shape=shape, latent_dim=LATENT[model], width=width, ema_decay=0.0, **arguments)


def zoo_step(model, data, xla):
    model.compile(jit_compile=xla)
    model.make_train_function()
    iterator = iter(data)
    return lambda: model.train_function(iterator)


def optimizers(model, **adam):
    made = {}
    for player in model.players:
        made[player] = keras.optimizers.Adam(**adam)
        made[player].build(model.weights_of(player))
    return made


ENTROPY = keras.losses.BinaryCrossentropy(from_logits=True)


def tutorial_step(model, data, xla):
    """Both players' gradients on the same fakes, at the same weights."""
    adam = optimizers(model, learning_rate=2e-4, beta_1=0.5)

    def gradients(images):
        noise = tf.random.normal((images.shape[0], model.latent_dim))
        with tf.GradientTape() as of_g, tf.GradientTape() as of_d:
            fakes = model.generator(noise, training=True)
            real, fake = model.discriminator(images, training=True), model.discriminator(fakes, training=True)
            loss_g = ENTROPY(tf.ones_like(fake), fake)
            loss_d = ENTROPY(tf.ones_like(real), real) + ENTROPY(tf.zeros_like(fake), fake)
        weights = {player: model.weights_of(player) for player in model.players}
        return of_d.gradient(loss_d, weights["discriminator"]), of_g.gradient(loss_g, weights["generator"])

    gradients, iterator = tf.function(gradients, jit_compile=xla or None), iter(data)

    @tf.function
    def step(iterator):
        for player, found in zip(model.players, gradients(next(iterator))):
            adam[player].apply(found, model.weights_of(player))

    return lambda: step(iterator)


def in_turn_step(model, data, xla):
    """The discriminator moves, then the generator against fresh fakes, as algorithm 1 of the first paper says."""
    adam = optimizers(model, learning_rate=2e-4, beta_1=0.5)

    def of_discriminator(images):
        fakes = model.generator(tf.random.normal((images.shape[0], model.latent_dim)), training=True)
        with tf.GradientTape() as tape:
            real, fake = model.discriminator(images, training=True), model.discriminator(fakes, training=True)
            loss = ENTROPY(tf.ones_like(real), real) + ENTROPY(tf.zeros_like(fake), fake)
        return tape.gradient(loss, model.discriminator.trainable_variables)

    def of_generator(n):
        with tf.GradientTape() as tape:
            fakes = model.generator(tf.random.normal((n, model.latent_dim)), training=True)
            fake = model.discriminator(fakes, training=True)
            loss = ENTROPY(tf.ones_like(fake), fake)
        return tape.gradient(loss, model.generator.trainable_variables)

    of_discriminator = tf.function(of_discriminator, jit_compile=xla or None)
    of_generator, iterator = tf.function(of_generator, jit_compile=xla or None), iter(data)

    @tf.function
    def step(iterator):
        images = next(iterator)
        adam["discriminator"].apply(of_discriminator(images), model.discriminator.trainable_variables)
        adam["generator"].apply(of_generator(images.shape[0]), model.generator.trainable_variables)

    return lambda: step(iterator)


def keras_io_step(model, data, xla):
    """Five critic steps with the penalty between real and fake, then the generator's."""
    adam = optimizers(model, learning_rate=1e-4, beta_1=0.0, beta_2=0.9)

    def of_critic(real):
        n = real.shape[0]
        noise = tf.random.normal((n, model.latent_dim))
        with tf.GradientTape() as tape:
            fakes = model.generator(noise, training=True)
            loss = tf.reduce_mean(model.discriminator(fakes, training=True))
            loss -= tf.reduce_mean(model.discriminator(real, training=True))
            between = real + tf.random.normal((n, 1, 1, 1)) * (fakes - real)
            with tf.GradientTape() as inner:
                inner.watch(between)
                scores = model.discriminator(between, training=True)
            slopes = tf.sqrt(tf.reduce_sum(tf.square(inner.gradient(scores, between)), axis=[1, 2, 3]))
            loss += 10.0 * tf.reduce_mean((slopes - 1.0) ** 2)
        return tape.gradient(loss, model.discriminator.trainable_variables)

    def of_generator(n):
        with tf.GradientTape() as tape:
            fakes = model.generator(tf.random.normal((n, model.latent_dim)), training=True)
            loss = -tf.reduce_mean(model.discriminator(fakes, training=True))
        return tape.gradient(loss, model.generator.trainable_variables)

    of_critic = tf.function(of_critic, jit_compile=xla or None)
    of_generator, iterator = tf.function(of_generator, jit_compile=xla or None), iter(data)

    @tf.function
    def step(iterator):
        images = next(iterator)
        for part in tf.split(images, 5):
            adam["discriminator"].apply(of_critic(part), model.discriminator.trainable_variables)
        adam["generator"].apply(of_generator(images.shape[0] // 5), model.generator.trainable_variables)

    return lambda: step(iterator)


STEPS = {"zoo": zoo_step, "tutorial": tutorial_step, "in turn": in_turn_step, "keras_io": keras_io_step}


def main(model: str, who: str, xla: bool, width: int, batch: int, steps: int) -> None:
    game = made(model, width, **({"residual": True} if model == "sngan" else {}))
    images = tf.random.stateless_uniform((game.batches_per_step * batch, 32, 32, 3), (0, 0), -1.0, 1.0)
    step = STEPS[who](game, tf.data.Dataset.from_tensors(images).repeat().prefetch(2), xla)
    first, _ = workload.seconds(step)
    wait = lambda: (step(), [w.value.numpy().ravel()[0] for w in game.trainable_variables[:1]])
    times = [workload.seconds(wait)[0] for _ in range(steps)]
    parameters = sum(int(tf.size(w)) for player in game.players for w in game.weights_of(player))
    workload.tell(step_ms=1e3 * min(times), first_step_s=first, parameters=parameters, peak_mib=workload.peak_mib())


if __name__ == "__main__":
    main(sys.argv[1], **json.loads(sys.argv[2]))
