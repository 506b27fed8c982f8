package io.comfygateway.cli;

import io.comfygateway.app.StartFailure;
import io.comfygateway.extension.Extension;
import io.comfygateway.extension.ExtensionException;
import io.comfygateway.extension.ExtensionFolder;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code gateway list}: what was added to the gateway's own libraries. */
@Command(
    name = "list",
    description = "Lists the libraries that were added with gateway add, and their files.",
    mixinStandardHelpOptions = true,
    versionProvider = Gateway.JarVersion.class)
final class ListCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ExtensionOption extensions;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    ExtensionFolder folder = extensions.folder();
    try {
      List<Extension> added = folder.extensions();
      for (Extension extension : added) {
        out.printf("%s %s%n", extension.coordinates().name(), extension.coordinates().version());
        extension.files().forEach(file -> out.printf("  %s%n", file));
      }
      List<String> byHand = folder.byHand();
      if (!byHand.isEmpty()) {
        out.println("put there by hand");
        byHand.forEach(file -> out.printf("  %s%n", file));
      }
      if (added.isEmpty() && byHand.isEmpty()) {
        out.println("Nothing was added. A component is added with ./gateway add camel-NAME.");
      }
      folder.missing().forEach(file -> out.printf("missing: %s; add its library again%n", file));
    } catch (ExtensionException e) {
      throw new StartFailure(e.getMessage());
    }
    out.flush();
    return 0;
  }
}
