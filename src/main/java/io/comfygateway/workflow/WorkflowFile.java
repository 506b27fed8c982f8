package io.comfygateway.workflow;

import io.comfygateway.config.FileFault;
import io.comfygateway.config.Yaml;
import io.comfygateway.config.YamlReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
   * The result of loading a file.
   *
   * @param version the workflow and what it is made from; empty if there are faults
   * @param faults what is wrong
   * @param isOfEditor whether the graph is converted from a file of the editor
   * @param isWaiting whether it is still to be converted
   */
  record Loaded(
      Optional<LibraryIndex.Version> version,
      List<FileFault> faults,
      boolean isOfEditor,
      boolean isWaiting) {}

  /** Loads the workflow. */
  Loaded load(Path folder, Graph.Limits limits, EditorFiles editor) {
    List<FileFault> faults = new ArrayList<>();
    GraphFile.Content content = new GraphFile(folder, json).read(limits, editor, faults);
    Optional<LibraryIndex.Version> version =
        content.sharingGraph().flatMap(graph -> version(folder, graph, content, faults));
    return new Loaded(version, List.copyOf(faults), content.isOfEditor(), content.isWaiting());
  }

  private Optional<LibraryIndex.Version> version(
      Path folder, Graph graph, GraphFile.Content content, List<FileFault> faults) {
    int before = faults.size();
    // A shell that writes the output of inspect into it has emptied it before.
    Optional<byte[]> yaml =
        sidecar
            .flatMap(file -> GraphFile.bytes(folder, file, faults))
            .filter(bytes -> !new String(bytes, StandardCharsets.UTF_8).isBlank());
    Sidecar beside =
        yaml.map(bytes -> Sidecar.read(sidecar.orElseThrow(), bytes, graph, faults))
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
    int version = numbered.orElse(beside.version().orElse(1));
    return Optional.of(
        new LibraryIndex.Version(
            this,
            beside.workflow(name.slug(), version, name.title(), graph, content.packs()),
            new WorkflowSource(
                name.title(),
                graph.toJson(),
                content.editor(),
                yaml.map(WorkflowSource::text),
                Optional.empty())));
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
