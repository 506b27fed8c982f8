package io.comfygateway.cli;

import io.comfygateway.app.StartFailure;
import io.comfygateway.extension.ExtensionException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gateway remove}: takes out what {@code gateway add} has added. */
@Command(
    name = "remove",
    description =
        "Removes libraries that were added with gateway add, and the files that no other needs. Stop"
            + " a gateway that uses them first.",
    mixinStandardHelpOptions = true,
    versionProvider = Gateway.JarVersion.class)
final class RemoveCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ExtensionOption extensions;

  @Parameters(
      arity = "1..*",
      paramLabel = "LIBRARY",
      description = "Its name as gateway list prints it.")
  private List<String> names;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try {
      List<String> gone = extensions.folder().remove(names);
      out.printf("Removed %s.%n", String.join(", ", names));
      gone.forEach(file -> out.printf("  - %s%n", file));
    } catch (ExtensionException e) {
      throw new StartFailure(e.getMessage());
    }
    out.flush();
    return 0;
  }
}
