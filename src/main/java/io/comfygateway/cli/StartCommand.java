package io.comfygateway.cli;

import io.comfygateway.access.GeneratedKey;
import io.comfygateway.app.FirstKey;
import io.comfygateway.app.GatewayServer;
import io.comfygateway.app.Persistence;
import io.comfygateway.app.StartFailure;
import io.comfygateway.extension.ExtensionFolder;
import io.comfygateway.extension.ShippedLibraries;
import io.comfygateway.settings.CallerSettings;
import io.comfygateway.settings.Settings;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code gateway start}: serves until it is stopped. */
@Command(
    name = "start",
    description = "Serves until Ctrl-C or SIGTERM, then finishes the work in progress.",
    mixinStandardHelpOptions = true,
    versionProvider = Gateway.JarVersion.class)
final class StartCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(StartCommand.class);
  // How long the banner waits for the state of each ComfyUI; later ones are in the log.
  private static final Duration FIRST_PROBE = Duration.ofMillis(2_500);
  private static final Duration CHECK_INTERVAL = Duration.ofMillis(20);

  @Spec private CommandSpec spec;
  @Mixin private ConfigOption config;

  @Override
  public Integer call() {
    Settings settings = Settings.read(config.file(), Map.of());
    ShippedLibraries.ofThisBuild()
        .map(libraries -> ExtensionFolder.ofEnvironment().faults(libraries.camelVersion()))
        .ifPresent(faults -> faults.forEach(text -> LOG.warn("lib/ext: {}", text)));
    InstantSource clock = InstantSource.system();
    Persistence persistence = Persistence.open(settings);
    FirstKey firstKey = new FirstKey(settings, persistence.keyStore());
    try {
      firstKey.requirePossible();
    } catch (RuntimeException e) {
      persistence.close();
      throw StartFailure.of(e, settings);
    }
    serve(settings, new GatewayServer(settings, persistence, clock), firstKey);
    return 0;
  }

  // After the start: the secret of a start that failed would be lost, and the key would stay.
  private void createFirstKey(FirstKey firstKey, Settings settings, GatewayServer server) {
    try {
      Optional<GeneratedKey> key = firstKey.create(Instant.now());
      key.ifPresent(it -> server.reloadKeys());
      key.ifPresent(it -> print(it, settings));
    } catch (RuntimeException e) {
      throw StartFailure.of(e, settings);
    }
  }

  private void print(GeneratedKey key, Settings settings) {
    PrintWriter out = spec.commandLine().getOut();
    out.println();
    out.println("  There was no key, so the gateway made one. It is shown only now:");
    out.println();
    out.println("    " + settings.get(CallerSettings.AUTH_HEADER) + ": " + key.secret());
    out.println();
    out.flush();
  }

  private void serve(Settings settings, GatewayServer server, FirstKey firstKey) {
    Thread stop = new Thread(() -> stop(server), "stop");
    Runtime.getRuntime().addShutdownHook(stop);
    try (server) {
      server.start();
      createFirstKey(firstKey, settings, server);
      awaitFirstProbe(server);
      spec.commandLine().getOut().println(new Banner(settings, server).text());
      spec.commandLine().getOut().flush();
      server.awaitStop();
    } catch (InterruptedException e) {
      LOG.debug("interrupted, stopping");
    } finally {
      forget(stop);
    }
  }

  private static void stop(GatewayServer server) {
    LOG.info("stopping after the work in progress");
    server.close();
    LOG.info("stopped");
  }

  private static void awaitFirstProbe(GatewayServer server) {
    long end = System.nanoTime() + FIRST_PROBE.toNanos();
    while (System.nanoTime() < end
        && !Thread.currentThread().isInterrupted()
        && !server.backends().all().stream()
            .allMatch(backend -> server.backends().health().state(backend.name()).isKnown())) {
      LockSupport.parkNanos(CHECK_INTERVAL.toNanos());
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.trace("the JVM is ending and runs the hook");
    }
  }
}
