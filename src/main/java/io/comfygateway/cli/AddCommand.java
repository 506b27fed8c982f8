package io.comfygateway.cli;

import io.comfygateway.app.StartFailure;
import io.comfygateway.extension.CamelParts;
import io.comfygateway.extension.Coordinates;
import io.comfygateway.extension.ExtensionException;
import io.comfygateway.extension.ExtensionFolder;
import io.comfygateway.extension.LibraryResolver;
import io.comfygateway.extension.ShippedLibraries;
import java.io.PrintWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gateway add}: fetches Camel components and other libraries into {@code lib/ext}. */
@Command(
    name = "add",
    description =
        "Fetches Camel components, with what they need and the gateway does not have, for routes"
            + " to use. All or none of them is added. A gateway that runs has them after its next"
            + " start.",
    mixinStandardHelpOptions = true,
    versionProvider = Gateway.JarVersion.class)
final class AddCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ExtensionOption extensions;

  @Parameters(
      arity = "1..*",
      paramLabel = "LIBRARY",
      description =
          "The name of a Camel component, such as camel-kafka, which is fetched in the gateway's"
              + " version of Camel; or GROUP:NAME:VERSION of any library, such as a driver.")
  private List<String> names;

  @Option(
      names = "--repository",
      paramLabel = "URL",
      description =
          "A Maven repository instead of Maven Central; file:///path is a folder. Mirrors, proxies"
              + " and credentials are those in ~/.m2/settings.xml.")
  private Optional<URI> repository;

  private final Optional<ShippedLibraries> shipped;

  AddCommand() {
    this(ShippedLibraries.ofThisBuild());
  }

  AddCommand(Optional<ShippedLibraries> shipped) {
    this.shipped = shipped;
  }

  @Override
  public Integer call() {
    ShippedLibraries here =
        shipped.orElseThrow(
            () ->
                new StartFailure(
                    "This gateway was not built by ./gateway, so what it has is not known. Run"
                        + " ./gateway add."));
    PrintWriter out = spec.commandLine().getOut();
    List<Coordinates> wanted = new ArrayList<>();
    for (String name : names) {
      Coordinates one = coordinates(name, here);
      if (here.version(one.key()).isPresent()) {
        out.printf("%s comes with the gateway (%s).%n", name, here.version(one.key()).get());
      } else {
        wanted.add(one);
      }
    }
    if (!wanted.isEmpty()) {
      add(wanted, here, out);
    }
    out.flush();
    return 0;
  }

  private void add(List<Coordinates> wanted, ShippedLibraries here, PrintWriter out) {
    ExtensionFolder folder = extensions.folder();
    try {
      ExtensionFolder.Change change =
          folder.add(wanted, here, new LibraryResolver(here, repository));
      wanted.forEach(one -> out.printf("Added %s %s.%n", one.name(), one.version()));
      change.added().forEach(file -> out.printf("  + %s%n", file));
      change.removed().forEach(file -> out.printf("  - %s%n", file));
      change
          .newer()
          .forEach(
              text ->
                  out.printf(
                      "Made for a newer version of a library than the gateway's: %s.%n", text));
      if (change.added().isEmpty() && change.removed().isEmpty()) {
        out.println("Nothing else was needed.");
      } else {
        out.println("A gateway that runs has it after its next start.");
      }
    } catch (ExtensionException e) {
      throw new StartFailure(e.getMessage());
    }
  }

  private static Coordinates coordinates(String name, ShippedLibraries here) {
    Optional<Coordinates> given = Coordinates.parse(name);
    if (given.isPresent() && !given.get().isCamel()) {
      return given.get();
    }
    String library = given.map(Coordinates::artifact).orElse(name);
    if (given.isPresent() && !given.get().version().equals(here.camelVersion())) {
      throw new StartFailure(
          "The gateway has Camel "
              + here.camelVersion()
              + ", and its components must be of that version: ./gateway add "
              + library);
    }
    CamelParts parts = CamelParts.shipped();
    if (!parts.hasLibrary(library)) {
      throw new StartFailure(
          "Camel "
              + here.camelVersion()
              + " has no library \""
              + library
              + "\""
              + (parts.suggestion(library).isEmpty() ? "." : parts.suggestion(library))
              + " The components are listed at https://camel.apache.org/components/4.x/; another"
              + " library is named as GROUP:NAME:VERSION.");
    }
    return new Coordinates(Coordinates.CAMEL, library, here.camelVersion());
  }
}
