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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of one workflow version: {@code <stem>.json} and, where it exists, {@code <stem>.yaml}.
 *
 * @param stem the name without its ending, {@code txt2img} or {@code txt2img@2}
 * @param name the workflow's name
 * @param numbered the version in the file's name; empty for the current one
 */
record WorkflowFile(String stem, String name, OptionalInt numbered) {
  private static final Pattern STEM =
      Pattern.compile("([A-Za-z0-9._-]{1,100})(?:@([1-9][0-9]{0,8}))?");
  private static final long MAX_BYTES = 16L << 20;

  // A key that stands twice is a slip of the hand, and ComfyUI would take the last one silently.
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  /** The workflow that a file of this stem holds; empty where the stem is no name for one. */
  static Optional<WorkflowFile> of(String stem) {
    Matcher matcher = STEM.matcher(stem);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String number = matcher.group(2);
    return Optional.of(
        new WorkflowFile(
            stem,
            matcher.group(1),
            number == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(number))));
  }

  String json() {
    return stem + ".json";
  }

  String yaml() {
    return stem + ".yaml";
  }

  /** Loads the workflow; what is wrong is added to the faults, and then there is none. */
  Optional<Workflow> load(Path folder, Graph.Limits limits, List<FileFault> faults) {
    int before = faults.size();
    Optional<Graph> graph = read(folder, json(), faults).flatMap(b -> graph(b, limits, faults));
    if (graph.isEmpty()) {
      return Optional.empty();
    }
    Sidecar sidecar =
        Files.exists(folder.resolve(yaml()))
            ? read(folder, yaml(), faults)
                .map(bytes -> Sidecar.read(yaml(), bytes, graph.get(), faults))
                .orElse(Sidecar.NONE)
            : Sidecar.NONE;
    if (numbered.isPresent()
        && sidecar.version().isPresent()
        && numbered.getAsInt() != sidecar.version().getAsInt()) {
      faults.add(
          new FileFault(
              yaml(),
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
            name,
            numbered.orElse(sidecar.version().orElse(1)),
            sidecar.title().orElse(name),
            sidecar.description(),
            graph.get(),
            sidecar.inputs().isPresent(),
            sidecar.inputs().orElse(List.of()),
            sidecar.example(),
            sidecar.runsOn()));
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
          faults.add(new FileFault(json(), line, fault.pointer(), fault.detail(), ""));
        }
      }
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      String detail = "This is not JSON: " + e.getOriginalMessage();
      faults.add(new FileFault(json(), line, "", detail, "mend it or export it again"));
    } catch (IOException e) {
      faults.add(new FileFault(json(), 0, "", "This is not JSON", "export it again"));
    }
    return Optional.empty();
  }
}
