"""The zoo: one short file per system. `tfgan_zoo.create` finds them through the catalogue."""
