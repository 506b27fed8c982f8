package io.comfygateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.comfygateway.problem.Problem;
import io.comfygateway.settings.StorageSettings;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.ObjectInfo;
import io.comfygateway.workflow.SidecarDraft;
import io.comfygateway.workflow.Workflow;
import io.comfygateway.workflow.WorkflowLibrary;
import io.comfygateway.workflow.editor.ConversionException;
import io.comfygateway.workflow.editor.EditorConversion;
import io.comfygateway.workflow.editor.EditorConversion.Converted;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gateway workflow inspect}: prints a sidecar to start from. */
@Command(
    name = "inspect",
    description =
        "Prints a YAML file for a workflow to start from: the names, types, ranges, choices and defaults"
            + " that its inputs have without one. Save it beside the graph and change it.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:The YAML was printed.",
      "1:There is no such workflow, or its file holds no graph.",
      "2:Wrong usage."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Gateway.JarVersion.class)
final class InspectCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private NodeClassesOption classes;

  @Parameters(
      paramLabel = "NAME|FILE",
      description =
          "A workflow of the library as it is called in URLs, or a file: an API export, what the editor has saved,"
              + " or a picture that carries one.")
  private String workflow;

  @Override
  public Integer call() {
    Optional<ObjectInfo> known = classes.known();
    if (known.isEmpty()) {
      spec.commandLine()
          .getErr()
          .println(
              "warning: no server reports its node classes, so types are those of the graph's values,"
                  + " without ranges and choices; see --object-info");
    }
    try {
      Path file = Path.of(workflow);
      boolean isFile = Files.isRegularFile(file);
      Graph graph = isFile ? ofFile(file, known) : ofLibrary(known);
      String title = isFile ? stem(file) : workflow;
      PrintWriter out = spec.commandLine().getOut();
      out.print(new SidecarDraft(graph, known).toYaml(title));
      out.flush();
      return spec.exitCodeOnSuccess();
    } catch (ConversionException e) {
      e.faults().forEach(fault -> spec.commandLine().getErr().println(workflow + ": " + fault));
    } catch (UnreadableFile e) {
      spec.commandLine().getErr().println(workflow + ": " + e.getMessage());
    }
    return spec.exitCodeOnExecutionException();
  }

  private static String stem(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }

  private Graph ofFile(Path file, Optional<ObjectInfo> known)
      throws ConversionException, UnreadableFile {
    JsonNode declared =
        known.<JsonNode>map(ObjectInfo::json).orElseGet(JsonNodeFactory.instance::objectNode);
    GraphInFile inFile = new GraphInFile(file);
    Converted converted = inFile.read(new EditorConversion(declared));
    Optional<JsonNode> editor = inFile.editor();
    try {
      Graph graph = Graph.parse(converted.graph(), "", Graph.Limits.STANDARD);
      return editor.map(graph::sharingAs).orElse(graph);
    } catch (Problem problem) {
      throw new UnreadableFile(problem.getMessage());
    }
  }

  private Path folder() throws UnreadableFile {
    try {
      return classes.settings().get(StorageSettings.WORKFLOWS_DIR);
    } catch (IllegalArgumentException e) {
      throw new UnreadableFile("There is no such file, and no library of workflows is configured");
    }
  }

  private Graph ofLibrary(Optional<ObjectInfo> known) throws UnreadableFile {
    Path folder = folder();
    WorkflowLibrary library = new WorkflowLibrary(folder);
    library.convertWith(() -> known);
    library.reload();
    return library
        .find(workflow)
        .map(Workflow::graph)
        .orElseThrow(
            () ->
                new UnreadableFile(
                    "There is no file and no workflow of this name in "
                        + folder
                        + library.all().stream()
                            .map(Workflow::name)
                            .distinct()
                            .limit(20)
                            .collect(Collectors.joining(", ", " (workflows: ", ")"))));
  }
}
