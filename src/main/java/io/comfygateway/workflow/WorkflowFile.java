package io.comfygateway.workflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.comfygateway.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The files of one workflow version: the graph and, where it exists, the sidecar beside it.
 *
 * @param json the graph's path in the folder of the library
 * @param sidecar the sidecar's path
 * @param name what the workflow is called
 */
record WorkflowFile(String json, Optional<String> sidecar, WorkflowName name) {
  private static final long MAX_BYTES = 16L << 20;

  // A key that stands twice is a slip of the hand, and ComfyUI would take the last one silently.
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  /** Loads the workflow; what is wrong is added to the faults, and then there is none. */
  Optional<Workflow> load(Path folder, Graph.Limits limits, List<FileFault> faults) {
    int before = faults.size();
    Optional<Graph> graph = read(folder, json, faults).flatMap(b -> graph(b, limits, faults));
    if (graph.isEmpty()) {
      return Optional.empty();
    }
    Sidecar beside =
        sidecar
            .flatMap(
                file ->
                    read(folder, file, faults)
                        .map(bytes -> Sidecar.read(file, bytes, graph.get(), faults)))
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
            graph.get(),
            beside.inputs().isPresent(),
            beside.inputs().orElse(List.of()),
            beside.example(),
            beside.runsOn()));
  }

  /** Whether it is a YAML file without a graph beside it. */
  boolean isPreset() {
    return sidecar.filter(json::equals).isPresent();
  }

  /** The YAML of a preset; what is wrong is added to the faults, and then there is none. */
  Optional<Yaml> preset(Path folder, List<FileFault> faults) {
    int before = faults.size();
    Optional<Yaml> yaml =
        read(folder, json, faults).flatMap(bytes -> new YamlReader(json, faults).read(bytes));
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

  private static Optional<byte[]> read(Path folder, String file, List<FileFault> faults) {
    try {
      Path path = folder.resolve(file);
      if (Files.size(path) > MAX_BYTES) {
        faults.add(new FileFault(file, 0, "", "The file is larger than 16 MiB", "split it"));
        return Optional.empty();
      }
      return Optional.of(Files.readAllBytes(path));
    } catch (IOException e) {
      String detail = "The file cannot be read (" + e.getClass().getSimpleName() + ")";
      faults.add(new FileFault(file, 0, "", detail, "check that it exists and may be read"));
      return Optional.empty();
    }
  }

  private Optional<Graph> graph(byte[] bytes, Graph.Limits limits, List<FileFault> faults) {
    try {
      JsonNode tree = JSON.readTree(bytes);
      try {
        return Optional.of(Graph.parse(tree, "", limits));
      } catch (Problem problem) {
        JsonPlaces places = new JsonPlaces(bytes);
        for (Problem.Fault fault : problem.faults()) {
          int line = places.line(fault.pointer());
          // The detail of a graph's fault says what to do as well.
          faults.add(new FileFault(json, line, fault.pointer(), fault.detail(), ""));
        }
      }
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      faults.add(new FileFault(json, line, "", reason(e), "fix it or export it again"));
    } catch (IOException e) {
      faults.add(new FileFault(json, 0, "", "This is not JSON", "export it again"));
    }
    return Optional.empty();
  }

  // Jackson has no type of its own for these.
  private static String reason(JsonProcessingException e) {
    if (e.getOriginalMessage().startsWith("Duplicate field")) {
      return "A key stands twice in one object";
    }
    return e.getOriginalMessage().startsWith("Trailing token")
        ? "Something follows after the graph"
        : "This is not JSON from here on";
  }
}
