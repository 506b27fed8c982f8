package io.comfygateway.workflow;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The files of one workflow version: the graph, or what carries it, and, where it exists, the
 * sidecar beside it.
 *
 * @param json the graph's path in the folder of the library
 * @param sidecar the sidecar's path
 * @param name what the workflow is called
 */
record WorkflowFile(String json, Optional<String> sidecar, WorkflowName name) {
  /**
   * What a file gave.
   *
   * @param workflow the workflow; empty if there are faults
   * @param faults what is wrong
   * @param isOfEditor whether the graph is converted from a file of the editor
   * @param isWaiting whether it is still to be converted
   */
  record Loaded(
      Optional<Workflow> workflow, List<FileFault> faults, boolean isOfEditor, boolean isWaiting) {}

  /** Loads the workflow. */
  Loaded load(Path folder, Graph.Limits limits, EditorFiles editor) {
    List<FileFault> faults = new ArrayList<>();
    GraphFile.Content content = new GraphFile(folder, json).read(limits, editor, faults);
    Optional<Workflow> workflow =
        content.graph().flatMap(graph -> workflow(folder, graph, content.packs(), faults));
    return new Loaded(workflow, List.copyOf(faults), content.isOfEditor(), content.isWaiting());
  }

  private Optional<Workflow> workflow(
      Path folder, Graph graph, Map<String, String> packs, List<FileFault> faults) {
    int before = faults.size();
    Sidecar beside =
        sidecar
            .flatMap(
                file ->
                    GraphFile.bytes(folder, file, faults)
                        .map(bytes -> Sidecar.read(file, bytes, graph, faults)))
            .orElse(Sidecar.NONE);
    OptionalInt numbered = name.version();
    if (numbered.isPresent()
        && beside.version().isPresent()
        && numbered.getAsInt() != beside.version().getAsInt()) {
      faults.add(
          new FileFault(
              sidecar.orElseThrow(),
              0,
              "version",
              "The file's name says version " + numbered.getAsInt() + ", the field another",
              "remove the field"));
    }
    if (faults.size() > before) {
      return Optional.empty();
    }
    return Optional.of(
        new Workflow(
            name.slug(),
            numbered.orElse(beside.version().orElse(1)),
            beside.title().orElse(name.title()),
            beside.description(),
            graph,
            beside.inputs().isPresent(),
            beside.inputs().orElse(List.of()),
            beside.example(),
            beside.runsOn(),
            beside.outputs(),
            packs));
  }

  /** Whether it is a YAML file without a graph beside it. */
  boolean isPreset() {
    return sidecar.filter(json::equals).isPresent();
  }

  /** The YAML of a preset; what is wrong is added to the faults, and then there is none. */
  Optional<Yaml> preset(Path folder, List<FileFault> faults) {
    int before = faults.size();
    Optional<Yaml> yaml =
        GraphFile.bytes(folder, json, faults)
            .flatMap(bytes -> new YamlReader(json, faults).read(bytes));
    if (faults.size() == before && yaml.flatMap(PresetFile::base).isEmpty()) {
      faults.add(
          new FileFault(
              json,
              0,
              "",
              "There is no " + LibraryFolder.stem(json) + ".json beside it",
              "add it, name another workflow with graph:, or remove this"));
    }
    return faults.size() == before ? yaml : Optional.empty();
  }

  /** That an older version claims to be at least as new as the current one. */
  FileFault clash(Workflow older, WorkflowFile currentFile, Workflow current) {
    return new FileFault(
        json,
        0,
        "version",
        "The current "
            + current.name()
            + " has version "
            + current.version()
            + ", which is not"
            + " above this one",
        "set version: "
            + (older.version() + 1)
            + " in "
            + currentFile.sidecar().orElse(LibraryFolder.stem(currentFile.json()) + ".yaml"));
  }
}
