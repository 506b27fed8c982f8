package io.comfygateway.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.workflow.editor.ConversionException;
import io.comfygateway.workflow.editor.EditorConversion;
import io.comfygateway.workflow.editor.EditorConversion.Converted;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
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
  @Spec private CommandSpec spec;
  @Mixin private NodeClassesOption classes;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "What the editor has saved, or a picture, video or sound into which ComfyUI has written it.")
  private List<Path> files;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Writes a file of the same name into this folder for each that could be converted,"
              + " instead of printing the graphs.")
  private Optional<Path> out;

  private final ObjectMapper json = new ObjectMapper();

  @Override
  public Integer call() throws IOException {
    EditorConversion conversion = new EditorConversion(classes.required().json());
    if (out.isPresent()) {
      Files.createDirectories(out.get());
    }
    PrintWriter err = spec.commandLine().getErr();
    Map<Path, Path> written = new HashMap<>();
    boolean areAllConverted = true;
    for (Path file : files) {
      try {
        Converted converted = new GraphInFile(file).read(conversion);
        converted.remarks().forEach(remark -> err.println(file + ": " + remark));
        write(file, converted, written);
      } catch (ConversionException e) {
        areAllConverted = false;
        e.faults().forEach(fault -> err.println(file + ": " + fault));
      } catch (UnreadableFile e) {
        areAllConverted = false;
        err.println(file + ": " + e.getMessage());
      }
    }
    return areAllConverted ? spec.exitCodeOnSuccess() : spec.exitCodeOnExecutionException();
  }

  private void write(Path file, Converted converted, Map<Path, Path> written)
      throws IOException, UnreadableFile {
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
      throw new UnreadableFile("It would be written to " + target + ", as " + other + " was");
    }
    if (Files.exists(target) && Files.isSameFile(file, target)) {
      throw new UnreadableFile("It would be written over itself; use another folder");
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
}
