package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.comfygateway.config.FileFault;
import io.comfygateway.config.Yaml;
import io.comfygateway.config.YamlReader;
import io.comfygateway.digest.Sha256;
import io.comfygateway.problem.Problem;
import io.comfygateway.workflow.editor.NodePacks;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.YamlUnicodeReader;

/**
 * What a version of a workflow is made from. It is kept as it was written, so that what later
 * versions of the gateway read out of a sidecar holds for old versions of a workflow as well.
 *
 * @param title what people call it where the sidecar gives no title
 * @param graph the graph in the API format
 * @param editor the file of the editor that the graph was converted from, or that was beside it
 * @param sidecar the YAML that names its inputs
 * @param preset the YAML that presets some of these inputs
 */
public record WorkflowSource(
    String title,
    JsonNode graph,
    Optional<JsonNode> editor,
    Optional<String> sidecar,
    Optional<String> preset) {
  /** How many bytes of JSON the editor's file may have so that outputs carry it. */
  public static final int MOST_EDITOR_BYTES = 4 << 20;

  /** The file that faults of a sidecar name where there is none on the disk. */
  static final String SIDECAR = "sidecar";

  /** The file that faults of a graph name there. */
  static final String GRAPH = "graph";

  /** The same without the file of the editor, which is large. */
  public WorkflowSource withoutEditor() {
    return new WorkflowSource(title, graph, Optional.empty(), sidecar, preset);
  }

  /** The same with the YAML of a preset, whose title is another. */
  WorkflowSource presetBy(String otherTitle, String yaml) {
    return new WorkflowSource(otherTitle, graph, editor, sidecar, Optional.of(yaml));
  }

  /** How many bytes of JSON the editor's file has; 0 if there is none. */
  public int editorBytes() {
    return editor.map(it -> bytes(it.toString()).length).orElse(0);
  }

  /** The same with the editor's file of another version, if it has one. */
  WorkflowSource withEditor(Optional<JsonNode> other) {
    return new WorkflowSource(title, graph, other, sidecar, preset);
  }

  /** How many bytes its texts have in UTF-8. */
  public long bytes() {
    return bytes(graph.toString()).length
        + editorBytes()
        + sidecar.map(it -> bytes(it).length).orElse(0)
        + preset.map(it -> (long) bytes(it).length).orElse(0L);
  }

  /**
   * The SHA-256, in hexadecimal, that two sources share exactly when callers see no difference:
   * comments and the number of the version do not count.
   */
  public String hash() {
    return Sha256.hex(
        Stream.of(
                Stream.of(
                    graph.toString(),
                    sidecar.map(WorkflowSource::withoutVersion).orElse(""),
                    preset.map(WorkflowSource::withoutVersion).orElse("")),
                shared())
            .flatMap(parts -> parts)
            .map(part -> part.length() + ":" + part)
            .collect(Collectors.joining()));
  }

  /** What gives inputs other names and targets though the graph is the same. */
  private Stream<String> shared() {
    try {
      Graph read = Graph.parse(graph, "", Graph.Limits.STANDARD.withLongTexts());
      return editor.stream()
          .flatMap(file -> SharedValue.of(file, read).stream())
          .filter(value -> value.title().isPresent() || value.targets().size() > 1)
          .map(
              value ->
                  value.title().orElse("")
                      + value.targets().stream().map(Address::toString).sorted().toList())
          .sorted();
    } catch (Problem unreadable) {
      return Stream.empty();
    }
  }

  private static String withoutVersion(String yaml) {
    JsonNode read = json(yaml);
    return read instanceof ObjectNode object
        ? object.deepCopy().without("version").toString()
        : read.toString();
  }

  /** A YAML text as JSON; the text itself if it is not YAML. */
  public static JsonNode json(String yaml) {
    Optional<Yaml> read = new YamlReader(SIDECAR, new ArrayList<>()).read(bytes(yaml));
    return read.map(Yaml::json).orElseGet(() -> TextNode.valueOf(yaml));
  }

  /**
   * The workflow; what is wrong is added to the faults, and then there is none.
   *
   * @param name its name in URLs
   */
  public Optional<Workflow> workflow(
      String name, int version, Graph.Limits limits, List<FileFault> faults) {
    int before = faults.size();
    try {
      Graph read = Graph.parse(graph, "", limits);
      Graph parsed = editor.map(read::sharingAs).orElse(read);
      Sidecar beside =
          sidecar
              .map(yaml -> Sidecar.read(SIDECAR, bytes(yaml), parsed, faults))
              .orElse(Sidecar.NONE);
      if (faults.size() > before) {
        return Optional.empty();
      }
      Workflow own =
          beside.workflow(name, version, title, parsed, editor.map(NodePacks::of).orElse(Map.of()));
      return preset.isEmpty() ? Optional.of(own) : presetOf(own, preset.get(), faults);
    } catch (Problem problem) {
      problem
          .faults()
          .forEach(
              fault -> faults.add(new FileFault(GRAPH, 0, fault.pointer(), fault.detail(), "")));
      return Optional.empty();
    }
  }

  private Optional<Workflow> presetOf(Workflow base, String yaml, List<FileFault> faults) {
    WorkflowName called = new WorkflowName(base.name(), title, OptionalInt.of(base.version()));
    return new YamlReader(SIDECAR, faults)
        .read(bytes(yaml))
        .flatMap(
            top ->
                new PresetFile(SIDECAR, called)
                    .load(top, Map.of(PresetFile.base(top).orElse(""), base), faults));
  }

  private static byte[] bytes(String yaml) {
    return yaml.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The text of a YAML file, of any encoding that YAML allows.
   *
   * @throws UncheckedIOException if it has none of them
   */
  public static String text(byte[] yaml) {
    try (YamlUnicodeReader reader = new YamlUnicodeReader(new ByteArrayInputStream(yaml))) {
      StringWriter text = new StringWriter();
      reader.transferTo(text);
      return text.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
