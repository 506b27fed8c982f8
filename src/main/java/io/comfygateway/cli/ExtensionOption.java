package io.comfygateway.cli;

import io.comfygateway.extension.ExtensionFolder;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that names the folder of added libraries. */
final class ExtensionOption {
  @Option(
      names = "--folder",
      paramLabel = "FOLDER",
      description =
          "The folder of the libraries (default: the environment variable GATEWAY_EXT_DIR, else"
              + " lib/ext).",
      defaultValue = "${env:GATEWAY_EXT_DIR:-lib/ext}")
  private Path folder;

  ExtensionFolder folder() {
    return new ExtensionFolder(folder);
  }
}
