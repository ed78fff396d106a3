"""The zoo's StyleGAN2 with the channels of configurations A to E: ours.py training|inference SETTINGS_AS_JSON."""

import json
import sys

import stylegan2_steps
import tensorflow as tf

import tfgan_zoo as zoo

STYLE_DIM = 512


def made(side: int, **arguments):
    return zoo.create("stylegan2", image_shape=(side, side, 3), channel_base=16384, channel_max=512, **arguments)


def training(side: int, batch: int, xla: bool):
    """One call is one step, regularized where it is due, with moving averages."""
    model = made(side, r1_interval=stylegan2_steps.R1, path_interval=stylegan2_steps.PATH)
    model.compile(jit_compile=xla)
    model.make_train_function()
    images = tf.random.stateless_uniform((batch, side, side, 3), (0, 0), -1.0, 1.0)
    iterator = iter(tf.data.Dataset.from_tensors(images).repeat().prefetch(2))

    def step():
        model.train_function(iterator)
        return [network.trainable_variables[0].numpy().ravel()[0] for network in (model.discriminator, model.synthesis)]

    return step, [w for player in model.players for w in model.weights_of(player)]


def inference(side: int, batch: int, xla: bool):
    """One call maps latents and makes images, with constant noise."""
    model = made(side, ema_decay=0.0)
    z = tf.random.stateless_normal((batch, STYLE_DIM), (0, 0))
    images = tf.function(lambda z: model(z), input_signature=[tf.TensorSpec(z.shape)], jit_compile=xla or None)
    return lambda: images(z).numpy(), model.mapping.trainable_variables + model.synthesis.trainable_variables


if __name__ == "__main__":
    settings = json.loads(sys.argv[2])
    calls = settings.pop("calls")
    step, weights = {"training": training, "inference": inference}[sys.argv[1]](**settings)
    stylegan2_steps.tell(sys.argv[1], step, calls, sum(int(tf.size(w)) for w in weights))
