package io.comfygateway.simulator;

import io.comfygateway.cli.ExtraCommand;
import java.io.PrintWriter;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code gateway simulate}: the simulated ComfyUI alone, until it is interrupted. */
@Command(
    name = "simulate",
    description = "Runs a simulated ComfyUI that needs no GPU and no models.")
public final class SimulateCommand implements ExtraCommand, Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      description = "The address to listen on (default: ${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--port",
      defaultValue = "8188",
      description = "The port; 0 takes any free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--step-ms",
      defaultValue = "100",
      description = "How long one sampling step takes, in ms (default: ${DEFAULT-VALUE}).")
  private int stepMs;

  @Option(
      names = "--models",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Whether the usual model files seem to be installed (default: they do).")
  private boolean models;

  @Option(
      names = "--output-dir",
      description = "A folder that also gets every output, as ComfyUI's does (default: none).")
  private Optional<Path> outputs = Optional.empty();

  // --version is taken, so the standard options cannot be mixed in. Only picocli reads the field.
  @SuppressWarnings("UnusedVariable")
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help message and exit.")
  private boolean help;

  @Option(
      names = "--version",
      defaultValue = "0.3.64",
      converter = VersionConverter.class,
      description = "The version of ComfyUI to be, 0.3.64 or 0.33 (default: ${DEFAULT-VALUE}).")
  private SimulatedVersion version;

  /** Reads {@code 0.33} as the version of that name. */
  static final class VersionConverter implements ITypeConverter<SimulatedVersion> {
    @Override
    public SimulatedVersion convert(String label) {
      return SimulatedVersion.of(label)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'" + label + "' is not one of " + SimulatedVersion.labels()));
    }
  }

  private static Throwable root(Throwable why) {
    Throwable root = why;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  @Override
  public Integer call() {
    SimulatorOptions options =
        SimulatorOptions.defaults()
            .withHost(host)
            .withPort(port)
            .withVersion(version)
            .withStepTime(Duration.ofMillis(stepMs));
    options = models ? options : options.withoutModels();
    options = outputs.map(options::withOutputs).orElse(options);
    try (ComfySimulator simulator = ComfySimulator.start(options)) {
      // Ctrl-C ends the process without coming back here, and the uploads are to be deleted.
      Runtime.getRuntime().addShutdownHook(new Thread(simulator::close));
      PrintWriter out = spec.commandLine().getOut();
      out.println("Simulated ComfyUI on " + simulator.url() + " (stop with Ctrl-C)");
      out.flush();
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IllegalStateException e) {
      if (!(root(e) instanceof SocketException)) {
        throw e;
      }
      String advice =
          "The simulated ComfyUI cannot listen on %s:%d (%s). Stop the program that does, or choose another port with --port."
              .formatted(host, port, root(e).getMessage());
      spec.commandLine().getErr().println(advice);
      return 1;
    }
    return 0;
  }
}
