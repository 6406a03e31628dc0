import Foundation
import TestSupport
import Testing

@Suite("Exit codes and error messages")
struct ExitCodeTests {
  @Test(
    "wrong usage exits with 64 and says what is wrong",
    arguments: [
      (["train", "r.yaml", "--frobnicate"], "Error: Unknown option '--frobnicate'\n"),
      (
        ["train", "r.yaml", "--seed", "1", "--seeds", "0-2"], "Error: --seed and --seeds exclude each other\n"
      ),
      (["train", "r.yaml", "--threads", "0"], "Error: --threads: must be at least 1, got 0\n"),
      (["train", "r.yaml", "--seeds", "5-2"], "Error: The value '5-2' is invalid for '--seeds <seeds>'\n"),
      (["train"], "Error: Missing expected argument '<recipe>'\n"),
      (["evaluate", "run", "--threads", "0"], "Error: --threads: must be at least 1, got 0\n"),
      (["report"], "Error: Missing expected argument '<run> ...'\n"),
      (["report", "run", "--threads", "0"], "Error: --threads: must be at least 1, got 0\n"),
      (["score", "--id", "a"], "Error: Missing expected argument '--ood <name=file> ...'\n"),
      (
        ["score", "--id", "a", "--ood", "b"],
        "Error: The value 'b' is invalid for '--ood <name=file>'\n"
      ),
      (
        ["score", "--id", "a", "--ood", "b=c", "--csv", "--json"],
        "Error: --json, --markdown, --csv and --latex exclude each other\n"
      ),
      (
        ["score", "--id", "a", "--ood", "b=c", "--per-sample", "x.txt"],
        "Error: --per-sample: the file must end in .safetensors or .csv, got x.txt\n"
      ),
      (["predict", "a.png"], "Error: give either --run RUN, or --recipe RECIPE and --weights FILE\n"),
      (["predict", "--recipe", "r.yaml", "a.png"], "Error: --recipe and --weights belong together\n"),
      (["predict", "--run", "r", "--top", "0", "a.png"], "Error: --top: must be at least 1, got 0\n"),
      (["network", "resnet8", "--size", "7"], "Error: --size: must be at least 8, got 7\n"),
      (["network", "resnet8", "--classes", "0"], "Error: --classes: must be at least 1, got 0\n"),
      (["data", "preview", "synthetic", "--columns", "0"], "Error: --columns: must be at least 1, got 0\n"),
      (["train", "r.yaml", "--seed", "-1"], "Error: --seed: must be at least 0, got -1\n"),
      (
        ["trian"],
        "Error: there is no command 'trian'; did you mean 'train'? (known: train, evaluate, table, report, score, "
          + "predict, recipe, data, network, weights, bench, doctor)\n"
      ),
    ])
  func usage(_ arguments: [String], _ message: String) throws {
    let outcome = try LimenProcess(arguments).outcome()
    #expect(outcome.status == 64)
    #expect(outcome.output == "")
    #expect(outcome.errors.hasPrefix(message), "\(outcome.errors)")
    #expect(outcome.errors.contains("Usage: limen"))
  }

  @Test(
    "what cannot be done exits with 1 and one sentence",
    arguments: [
      (["train", "no.yaml"], "Error: no.yaml: no such file, or it can't be read\n"),
      (
        ["train", "Recipes/quickstart.yaml", "--set", "seeds=3"],
        "Error: --set seeds=3: seeds: unknown key; did you mean 'seed'? (known: name, data, network, stages, "
          + "evaluate, analyses, precision, seed, threads, logEvery)\n"
      ),
      (["train", "Recipes"], "Error: Recipes: is a folder, expected a YAML file\n"),
      (
        ["train", "Recipes/quickstart.yaml", "--data", "no/such"],
        "Error: no/such: is no folder; --data names one that holds data sets\n"
      ),
      (
        ["table", "Recipes/tables/rna-table7.yaml", "--out", "table.pdf"],
        "Error: table.pdf: is neither a folder of runs nor a file to write, which ends in .md, .csv, .tex or .json\n"
      ),
      (["weights", "export", "no.pth", "no.onnx"], "Error: no.pth: no such run folder or file of weights\n"),
      (["evaluate", "Recipes"], "Error: Recipes: holds no run: there is no recipe.yaml in it\n"),
      (
        ["report", "Recipes"],
        "Error: Recipes: holds no run: there is no recipe.yaml in it, and no folder seed0 with one\n"
      ),
      (
        ["predict", "--run", "Recipes", "a.png"],
        "Error: Recipes: holds no run: there is no recipe.yaml in it\n"
      ),
      (
        ["network", "resent20"],
        "Error: resent20: is neither a network nor a recipe file; did you mean 'resnet20'? (networks: "
          + "resnet8, resnet14, resnet20, resnet32, resnet44, resnet56, resnet18, resnet34, "
          + "resnet50, resnet101, wrn16-2, wrn28-10, wrn40-2, wrn40-4, densenet100, bit-r50x1, "
          + "bit-r101x1, any of these resnets with wK behind its name for K channels in the "
          + "stem, any wrnD-K with D = 6n + 4, any densenetL with L from 10, bit-rDxK or "
          + "bit-rDwC with D of 14, 26, 50, 101, 152)\n"
      ),
    ])
  func failure(_ arguments: [String], _ message: String) throws {
    let outcome = try LimenProcess(arguments).outcome()
    #expect(outcome.status == 1)
    #expect(outcome.output == "")
    #expect(outcome.errors == message)
  }

  @Test("a data set that nobody knows is told by its key, before anything is opened")
  func dataSet() throws {
    let outcome = try LimenProcess.run("train", "Recipes/quickstart.yaml", "--set", "data.far=[svnh]")
    #expect(outcome.status == 1)
    #expect(
      outcome.errors.hasPrefix(
        "Error: data.far.0: there is no data set called 'svnh'; did you mean 'svhn'? (known: "),
      "\(outcome.errors)")
  }

  @Test("every mistake in a recipe is told with file, line and the nearest key")
  func recipe() throws {
    try withTemporaryFolder { folder in
      try tinyRecipe.replacingOccurrences(of: "epochs: 1", with: "epochz: 1")
        .replacingOccurrences(of: "network: resnet8", with: "network: resnet9")
        .write(toFile: "\(folder)/bad.yaml", atomically: true, encoding: .utf8)
      let outcome = try LimenProcess.run("train", "bad.yaml", in: folder)
      #expect(outcome.status == 1)
      #expect(outcome.output == "")
      #expect(
        outcome.errors == """
          Error: bad.yaml:7: network: unknown choice 'resnet9'; did you mean 'resnet8'? (known: \
          resnet8, resnet14, resnet20, resnet32, resnet44, resnet56, resnet18, resnet34, \
          resnet50, resnet101, wrn16-2, wrn28-10, wrn40-2, wrn40-4, densenet100, bit-r50x1, \
          bit-r101x1, any of these resnets with wK behind its name for K channels in the stem, \
          any wrnD-K with D = 6n + 4, any densenetL with L from 10, bit-rDxK or bit-rDwC with D \
          of 14, 26, 50, 101, 152)
          bad.yaml:9: stages.0.epochs: missing; expected a whole number, between 1 and 1000000
          bad.yaml:9: stages.0.epochz: unknown key; did you mean 'epochs'? (known: name, from, head, method, \
          optimizer, schedule, epochs, batchSize, dropLast, accumulate, clip, average, checkpoint, best)

          """)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["bad.yaml"])
    }
  }

  @Test("a training that diverges exits with 1 and names step and layer")
  func divergence() throws {
    try withTemporaryFolder { folder in
      try tinyRecipe.write(toFile: "\(folder)/tiny.yaml", atomically: true, encoding: .utf8)
      let outcome = try LimenProcess.run(
        "train", "tiny.yaml", "--quiet", "--set", "stages.0.optimizer.sgd.learningRate=1e6", "--set",
        "stages.0.optimizer.sgd.weightDecay=1000", in: folder)
      #expect(outcome.status == 1)
      #expect(outcome.output == "")
      #expect(
        outcome.errors.hasPrefix("Error: stage train, epoch 1, step 3: the loss is "), "\(outcome.errors)")
      #expect(outcome.errors.contains("the first layer whose output is not finite is "))
    }
  }
}
