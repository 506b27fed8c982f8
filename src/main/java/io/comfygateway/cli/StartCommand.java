package io.comfygateway.cli;

import io.comfygateway.access.GeneratedKey;
import io.comfygateway.app.GatewayServer;
import io.comfygateway.app.Persistence;
import io.comfygateway.app.StartFailure;
import io.comfygateway.settings.Settings;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
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
    description = "Serves until it is stopped with Ctrl-C or SIGTERM; what is in hand is finished.",
    mixinStandardHelpOptions = true,
    versionProvider = Gateway.JarVersion.class)
final class StartCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(StartCommand.class);
  // As long as a person is glad to wait for the banner; a slow ComfyUI is told of in the log.
  private static final Duration FIRST_PROBE = Duration.ofMillis(2_500);
  private static final Duration LOOK = Duration.ofMillis(20);

  @Spec private CommandSpec spec;
  @Mixin private ConfigOption config;

  @Override
  public Integer call() {
    Settings settings = Settings.read(config.file(), Map.of());
    InstantSource clock = InstantSource.system();
    Persistence foundation = Persistence.open(settings);
    try {
      foundation.firstKey(clock.instant()).ifPresent(key -> print(key, settings));
    } catch (RuntimeException e) {
      foundation.close();
      throw StartFailure.of(e, settings);
    }
    serve(settings, new GatewayServer(settings, foundation, clock));
    return 0;
  }

  // Before the start and not after it: one that fails must not take the only copy with it.
  private void print(GeneratedKey key, Settings settings) {
    PrintWriter out = spec.commandLine().getOut();
    out.println();
    out.println("  No key was set, so one was made. It is shown this once and kept as a hash:");
    out.println();
    out.println("    " + settings.text("gateway.auth-header") + ": " + key.secret());
    out.println();
    out.flush();
  }

  private void serve(Settings settings, GatewayServer server) {
    Thread stop = new Thread(() -> stop(server), "stop");
    Runtime.getRuntime().addShutdownHook(stop);
    try (server) {
      server.start();
      awaitFirstProbe(server);
      spec.commandLine().getOut().println(new Banner(settings, server).text());
      spec.commandLine().getOut().flush();
      server.awaitStop();
    } catch (InterruptedException e) {
      LOG.debug("interrupted, so it stops");
    } finally {
      forget(stop);
    }
  }

  private static void stop(GatewayServer server) {
    LOG.info("stopping, what is in hand is finished first");
    server.close();
    LOG.info("stopped");
  }

  private static void awaitFirstProbe(GatewayServer server) {
    long end = System.nanoTime() + FIRST_PROBE.toNanos();
    while (System.nanoTime() < end
        && !Thread.currentThread().isInterrupted()
        && !server.backends().all().stream()
            .allMatch(backend -> server.backends().health().state(backend.name()).isKnown())) {
      LockSupport.parkNanos(LOOK.toNanos());
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.trace("the JVM ends, and the hook runs");
    }
  }
}
