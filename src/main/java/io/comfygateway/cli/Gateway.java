package io.comfygateway.cli;

import io.comfygateway.app.NativeCrypto;
import io.comfygateway.app.StartFailure;
import io.comfygateway.app.Version;
import io.comfygateway.settings.Settings;
import java.util.ServiceLoader;
import java.util.Set;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code gateway}. */
@Command(
    name = "gateway",
    description = "An authenticated, durable webhook gateway in front of ComfyUI.",
    mixinStandardHelpOptions = true,
    versionProvider = Gateway.JarVersion.class,
    subcommands = {
      StartCommand.class,
      CheckCommand.class,
      KeyCommand.class,
      AddCommand.class,
      ListCommand.class,
      RemoveCommand.class,
      WorkflowCommand.class,
      BackupCommand.class,
      RestoreCommand.class,
      MigrateCommand.class
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:Success.",
      "1:Failure; the reason and what to do are printed.",
      "2:Unknown command or option."
    })
public final class Gateway implements Runnable {
  /** The commands whose log is what they have to say. */
  private static final Set<String> SERVING = Set.of("start", "simulate", "demo");

  @Spec private CommandSpec spec;

  /** Runs a command and exits with its status. */
  public static void main(String[] args) {
    // Before anything logs.
    if (args.length > 0 && !SERVING.contains(args[0])) {
      System.setProperty("gateway.log.target", "System.err");
    }
    NativeCrypto.prefer();
    System.exit(commandLine().execute(args));
  }

  /** The command with its subcommands. It prints a failure as a sentence, not as a stack trace. */
  public static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Gateway());
    ServiceLoader.load(ExtraCommand.class).forEach(line::addSubcommand);
    return line.setExecutionExceptionHandler((thrown, command, parsed) -> explain(thrown, command));
  }

  private static int explain(Exception thrown, CommandLine command) {
    if (thrown instanceof Settings.InvalidSettings invalid) {
      invalid.faults().forEach(fault -> command.getErr().println(fault));
    } else if (thrown instanceof StartFailure) {
      command.getErr().println(thrown.getMessage());
      LoggerFactory.getLogger(Gateway.class).debug("why", thrown);
    } else {
      LoggerFactory.getLogger(Gateway.class).error("unexpected failure of a command", thrown);
      command.getErr().println("This is a bug in the gateway: " + thrown);
    }
    return command.getCommandSpec().exitCodeOnExecutionException();
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command. To serve: gateway start");
  }

  /** The version of the jar. */
  static final class JarVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"comfyui-gateway " + Version.current()};
    }
  }
}
