package io.comfygateway.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code gateway workflow}: works on files of workflows. */
@Command(
    name = "workflow",
    description = "Works on files of workflows.",
    subcommands = {ConvertCommand.class, InspectCommand.class},
    mixinStandardHelpOptions = true,
    versionProvider = Gateway.JarVersion.class)
final class WorkflowCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing subcommand: convert or inspect");
  }
}
