package io.comfygateway.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.comfygateway.app.GatewayBeans;
import io.comfygateway.app.Persistence;
import io.comfygateway.app.StartFailure;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.settings.Settings;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.ObjectInfo;
import io.comfygateway.workflow.editor.ConversionException;
import io.comfygateway.workflow.editor.EditorConversion;
import io.comfygateway.workflow.editor.EditorConversion.Converted;
import io.comfygateway.workflow.embedded.EmbeddedGraph;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gateway workflow convert}: gives the API format of what ComfyUI's editor saves. */
@Command(
    name = "convert",
    description =
        "Converts workflows that ComfyUI's editor has saved to the API format, without a browser."
            + " What is in that format already stays as it is. The node classes are those of the configured servers, or of a file.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:Every file was converted.",
      "1:A file cannot be converted; the nodes and the reasons are printed.",
      "2:Wrong usage."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Gateway.JarVersion.class)
final class ConvertCommand implements Callable<Integer> {
  private static final Duration SURVEY_TIMEOUT = Duration.ofSeconds(15);
  private static final int LARGEST_WORKFLOW = 64 << 20;
  private static final int LARGEST_OBJECT_INFO = 256 << 20;

  @Spec private CommandSpec spec;
  @Mixin private ConfigOption config;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "What the editor has saved, or a picture, video or sound into which ComfyUI has written it.")
  private List<Path> files;

  @Option(
      names = "--object-info",
      paramLabel = "FILE",
      description =
          "The answer of a ComfyUI to GET /object_info, instead of asking the configured servers."
              + " No gateway needs to be set up then.")
  private Optional<Path> objectInfo;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Writes a file of the same name into this folder for each that could be converted,"
              + " instead of printing the graphs.")
  private Optional<Path> out;

  private final ObjectMapper json =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** A file that cannot be converted; the message says why. */
  private static final class Unconverted extends Exception {
    private static final long serialVersionUID = 1;

    private Unconverted(String message) {
      super(message);
    }
  }

  @Override
  public Integer call() throws IOException {
    EditorConversion conversion = new EditorConversion(nodeClasses());
    if (out.isPresent()) {
      Files.createDirectories(out.get());
    }
    PrintWriter err = spec.commandLine().getErr();
    Map<Path, Path> written = new HashMap<>();
    boolean areAllConverted = true;
    for (Path file : files) {
      try {
        Converted converted = convert(file, conversion);
        converted.remarks().forEach(remark -> err.println(file + ": " + remark));
        write(file, converted, written);
      } catch (ConversionException e) {
        areAllConverted = false;
        e.faults().forEach(fault -> err.println(file + ": " + fault));
      } catch (Unconverted e) {
        areAllConverted = false;
        err.println(file + ": " + e.getMessage());
      }
    }
    return areAllConverted ? spec.exitCodeOnSuccess() : spec.exitCodeOnExecutionException();
  }

  private Converted convert(Path file, EditorConversion conversion)
      throws ConversionException, Unconverted {
    JsonNode read = isMedia(file) ? embedded(file) : read(file, LARGEST_WORKFLOW);
    if (EditorConversion.isEditorFile(read)) {
      return conversion.convert(read);
    }
    try {
      return new Converted(Graph.parse(read, "", Graph.Limits.STANDARD).toJson(), List.of());
    } catch (Problem problem) {
      throw new Unconverted(
          problem.faults().isEmpty()
              ? problem.getMessage()
              : problem.faults().stream().map(Fault::detail).collect(Collectors.joining("; ")));
    }
  }

  private static boolean isMedia(Path file) throws Unconverted {
    try {
      return EmbeddedGraph.isMedia(file);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  // The graph that ran, which may have been another than the one that the editor showed.
  private static JsonNode embedded(Path file) throws Unconverted {
    try {
      return EmbeddedGraph.read(file)
          .flatMap(graph -> graph.prompt().or(graph::workflow))
          .orElseThrow(() -> new Unconverted("ComfyUI has written no workflow into it"));
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static Unconverted unreadable(IOException e) {
    return new Unconverted(
        e instanceof NoSuchFileException
            ? "There is no such file"
            : "It cannot be read (" + e.getClass().getSimpleName() + ")");
  }

  private void write(Path file, Converted converted, Map<Path, Path> written)
      throws IOException, Unconverted {
    String text = json.writerWithDefaultPrettyPrinter().writeValueAsString(converted.graph());
    if (out.isEmpty()) {
      spec.commandLine().getOut().println(text);
      return;
    }
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    Path target = out.get().resolve((dot > 0 ? name.substring(0, dot) : name) + ".json");
    Path other = written.put(target, file);
    if (other != null) {
      throw new Unconverted("It would be written to " + target + ", as " + other + " was");
    }
    if (Files.exists(target) && Files.isSameFile(file, target)) {
      throw new Unconverted("It would be written over itself; use another folder");
    }
    Path fresh = Files.createTempFile(out.get(), ".convert", ".json");
    try {
      Files.writeString(fresh, text + System.lineSeparator());
      move(fresh, target);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private JsonNode nodeClasses() {
    if (objectInfo.isEmpty()) {
      return ofServers();
    }
    try {
      JsonNode classes = read(objectInfo.get(), LARGEST_OBJECT_INFO);
      if (!classes.isObject()
          || classes.properties().stream().noneMatch(it -> it.getValue().has("input"))) {
        throw new StartFailure(
            objectInfo.get() + " is no answer to GET /object_info: it declares no node class");
      }
      return classes;
    } catch (Unconverted e) {
      throw new StartFailure(objectInfo.get() + ": " + e.getMessage());
    }
  }

  private JsonNode ofServers() {
    Settings settings = Settings.load(config.file(), Map.of());
    try (Persistence persistence = Persistence.unopened(settings)) {
      GatewayBeans beans =
          new GatewayBeans(settings, persistence, InstantSource.system(), List::of);
      List<String> silent = beans.pool().survey().ask(SURVEY_TIMEOUT);
      PrintWriter err = spec.commandLine().getErr();
      silent.forEach(
          server -> err.println("warning: " + server + " does not report its node classes"));
      return beans
          .pool()
          .objectInfo()
          .map(ObjectInfo::json)
          .orElseThrow(
              () ->
                  new StartFailure(
                      "No server reports its node classes. Start one, or pass its answer to"
                          + " GET /object_info with --object-info FILE."));
    }
  }

  private JsonNode read(Path file, int largest) throws Unconverted {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(largest + 1);
      if (bytes.length > largest) {
        throw new Unconverted("It is larger than " + (largest >> 20) + " MiB");
      }
      return json.readTree(bytes);
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw new Unconverted("This is not JSON from line " + line + " on");
    } catch (IOException e) {
      throw unreadable(e);
    }
  }
}
