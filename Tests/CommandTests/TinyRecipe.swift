/// An experiment of a second, for a file tiny.yaml.
let tinyRecipe = """
  name: tiny
  data:
    train: {set: synthetic, count: 60}
    test: {set: synthetic, count: 40}
    near: [{set: synthetic-unseen, count: 30}]
    far: [{set: synthetic-noise, count: 20}]
  network: resnet8
  stages:
    - epochs: 1
      batchSize: 20
      optimizer: {sgd: {learningRate: 0.05}}

  """
