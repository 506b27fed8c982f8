package io.comfygateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.app.StartFailure;
import io.comfygateway.config.FileFault;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gateway workflow}: works on files of workflows, and on the library of a gateway. */
@Command(
    name = "workflow",
    description =
        "Works on files of workflows (convert, inspect), and on the library of the gateway that runs"
            + " on the data folder (add, list, show, remove, alias).",
    subcommands = {ConvertCommand.class, InspectCommand.class},
    mixinStandardHelpOptions = true,
    versionProvider = Gateway.JarVersion.class)
final class WorkflowCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "Missing subcommand: add, alias, convert, inspect, list, remove or show");
  }

  @Command(
      name = "add",
      description =
          "Uploads workflows: API exports, files of the editor, or pictures, videos and sounds that"
              + " carry a graph. Each change is a new version.",
      mixinStandardHelpOptions = true)
  int add(
      @Mixin ConfigOption config,
      @Parameters(paramLabel = "FILE", arity = "1..*") List<Path> files,
      @Option(
              names = "--name",
              paramLabel = "NAME",
              description = "Its name in URLs, such as shop/portrait (default: that of the file).")
          Optional<String> name,
      @Option(
              names = "--sidecar",
              paramLabel = "FILE",
              description =
                  "The YAML file that names its inputs (default: the one of the same name beside it).")
          Optional<Path> sidecar,
      @Option(names = "--note", paramLabel = "TEXT", description = "What has changed.")
          Optional<String> note) {
    if (files.size() > 1 && (name.isPresent() || sidecar.isPresent())) {
      throw new ParameterException(
          spec.commandLine(), "--name and --sidecar are for one file; name one");
    }
    LibraryClient library = LibraryClient.of(config);
    int failed = 0;
    for (Path file : files) {
      try {
        ObjectNode body = WorkflowToUpload.read(file, sidecar);
        name.ifPresent(given -> body.put("name", given));
        note.ifPresent(text -> body.put("note", text));
        added(library.send("POST", "/workflows", body));
      } catch (StartFailure refused) {
        spec.commandLine().getErr().println(refused.getMessage());
        failed++;
      }
    }
    return failed == 0 ? 0 : spec.exitCodeOnExecutionException();
  }

  private void added(ObjectNode stored) {
    String ref = stored.path("name").asText() + "@" + stored.path("version").asText();
    out().println(ref + (stored.path("created").asBoolean() ? "" : " (unchanged)"));
    stored
        .path("obstacles")
        .forEach(why -> spec.commandLine().getErr().println("warning: " + why.asText()));
  }

  @Command(
      name = "list",
      description =
          "Lists the workflows with their versions and aliases, and what does not load, with the reason.",
      mixinStandardHelpOptions = true)
  int list(
      @Mixin ConfigOption config,
      @Option(names = "--json", description = "Print JSON with every field.") boolean asJson) {
    ObjectNode answer = LibraryClient.of(config).send("GET", "/workflows");
    if (asJson) {
      out().println(answer.toPrettyString());
      return 0;
    }
    for (JsonNode workflow : answer.path("workflows")) {
      StringBuilder line = new StringBuilder(workflow.path("name").asText());
      line.append('@').append(workflow.path("version").asText());
      line.append("  ").append(workflow.path("source").asText());
      workflow
          .path("aliases")
          .properties()
          .forEach(
              alias ->
                  line.append("  ").append(alias.getKey()).append('=').append(alias.getValue()));
      line.append(workflow.path("runnable").asBoolean(true) ? "" : "  cannot run");
      out().println(line);
    }
    answer.path("unloaded").forEach(this::unloaded);
    return 0;
  }

  private void unloaded(JsonNode workflow) {
    out().println(workflow.path("name").asText() + "  does not load");
    for (JsonNode fault : workflow.path("faults")) {
      FileFault read =
          new FileFault(
              fault.path("file").asText(),
              fault.path("line").asInt(0),
              fault.path("field").asText(""),
              fault.path("detail").asText(),
              fault.path("remedy").asText(""));
      out().println("  " + read);
    }
  }

  @Command(
      name = "show",
      description =
          "Shows the versions of a workflow, or with @VERSION or @ALIAS the graph and the sidecar of"
              + " one, as JSON.",
      mixinStandardHelpOptions = true)
  int show(
      @Mixin ConfigOption config,
      @Parameters(paramLabel = "NAME[@VERSION]", description = "Such as shop/portrait@3.")
          String name) {
    int at = name.lastIndexOf('@');
    String path =
        at < 0
            ? LibraryClient.path(name) + "/versions"
            : LibraryClient.path(name.substring(0, at))
                + "/versions/"
                + LibraryClient.segment(name.substring(at + 1));
    out().println(LibraryClient.of(config).send("GET", path).toPrettyString());
    return 0;
  }

  @Command(
      name = "remove",
      description = "Removes an uploaded workflow. Versions that jobs ran stay for them.",
      mixinStandardHelpOptions = true)
  int remove(@Mixin ConfigOption config, @Parameters(paramLabel = "NAME") String name) {
    LibraryClient.of(config).send("DELETE", LibraryClient.path(name));
    out().println("The workflow " + name + " is removed.");
    return 0;
  }

  @Command(
      name = "alias",
      description = "Makes an alias of a version, or moves it there.",
      mixinStandardHelpOptions = true)
  int alias(
      @Mixin ConfigOption config,
      @Parameters(paramLabel = "NAME") String name,
      @Parameters(paramLabel = "ALIAS", description = "Such as production.") String alias,
      @Parameters(paramLabel = "VERSION", description = "Such as 3.") int version) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("version", version);
    ObjectNode moved =
        LibraryClient.of(config)
            .send(
                "PUT", LibraryClient.path(name) + "/aliases/" + LibraryClient.segment(alias), body);
    out()
        .println(
            name
                + "@"
                + alias
                + " is version "
                + version
                + (moved.has("from") ? ", before " + moved.path("from").asText() : ""));
    return 0;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
