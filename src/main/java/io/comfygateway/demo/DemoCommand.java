package io.comfygateway.demo;

import io.comfygateway.app.GatewayServer;
import io.comfygateway.cli.ExtraCommand;
import io.comfygateway.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gateway demo}: the whole system on one machine, without a GPU, explained in steps. */
@Command(
    name = "demo",
    description =
        "Turns a webhook into a picture with a simulated ComfyUI, a callback receiver and an S3"
            + " server on this machine. Everything stays up for you to try, until Ctrl-C.",
    mixinStandardHelpOptions = true)
public final class DemoCommand implements ExtraCommand, Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final RunningGateway.Start gateway;
  private final DemoServers.Receivers receivers;
  private final Limit limit;
  private final AtomicReference<DemoServers> servers = new AtomicReference<>();

  @Spec private CommandSpec spec;

  @Option(
      names = "--exit",
      description =
          "Exit after the run, with status 0 only if the callback was verified and the SHA-256 of"
              + " every file matches.")
  private boolean exit;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description =
          "The file of the settings (default: the environment variable GATEWAY_CONFIG, else"
              + " config/application.properties).",
      defaultValue = "${env:GATEWAY_CONFIG:-config/application.properties}")
  private Path config;

  /** The demo with real servers. */
  public DemoCommand() {
    this(
        DemoCommand::start,
        new DemoServers.Receivers() {
          @Override
          public CallbackReceiver callbacks() {
            return CallbackReceiver.start();
          }

          @Override
          public S3Server s3(String bucket) throws Exception {
            return S3Server.start(bucket);
          }
        },
        story -> story.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS));
  }

  DemoCommand(RunningGateway.Start gateway, DemoServers.Receivers receivers, Limit limit) {
    this.gateway = gateway;
    this.receivers = receivers;
    this.limit = limit;
  }

  /** Waits for the end of the story, up to the time limit. */
  interface Limit {
    List<String> await(Future<List<String>> story)
        throws InterruptedException, ExecutionException, TimeoutException;
  }

  /**
   * Starts the gateway of the demo.
   *
   * @throws io.comfygateway.app.StartFailure where it cannot; the message says what to do
   */
  static RunningGateway start(Path config, Map<String, String> overrides) {
    GatewayServer server =
        new GatewayServer(Settings.read(config, overrides), InstantSource.system());
    server.start();
    return new RunningGateway(server.baseUrl(), server);
  }

  @Override
  public Integer call() throws Exception {
    Narrator narrator = new Narrator(spec.commandLine().getOut(), Ansi.AUTO);
    Thread shutdownHook = new Thread(this::stop, "demo-stop");
    Runtime.getRuntime().addShutdownHook(shutdownHook);
    ExecutorService player = Executors.newSingleThreadExecutor(DemoCommand::daemon);
    try {
      boolean good = play(player.submit(() -> tellStory(narrator)), narrator);
      if (good && !exit) {
        new Suggestions(Objects.requireNonNull(servers.get()), narrator).show();
        new CountDownLatch(1).await();
      }
      return good ? 0 : 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    } finally {
      player.shutdownNow();
      stop();
      forget(shutdownHook);
    }
  }

  private List<String> tellStory(Narrator narrator) throws Exception {
    narrator.say(
        "comfyui-gateway: from a webhook to a picture, all on this machine, without a GPU.");
    narrator.step("Start everything", "On free ports of 127.0.0.1 and in a temporary folder.");
    DemoServers started = new DemoServers(gateway, config, receivers);
    servers.set(started);
    narrator.line("ComfyUI, simulated   " + started.comfyUi().url());
    narrator.line("callback receiver    " + started.receiver().url());
    narrator.line("S3 server            " + started.s3().endpoint() + "/" + DemoServers.BUCKET);
    narrator.line("gateway              " + started.gatewayUrl());
    narrator.line("files                " + started.folder() + " (removed at the end)");
    return new DemoStory(started, narrator).play();
  }

  private boolean play(Future<List<String>> story, Narrator narrator) throws Exception {
    long before = System.nanoTime();
    try {
      List<String> failures = limit.await(story);
      narrator.say("");
      if (failures.isEmpty()) {
        narrator.say(
            "The demo worked, in %d s.".formatted((System.nanoTime() - before) / 1_000_000_000));
      } else {
        narrator.say("The demo FAILED:");
        failures.forEach(failure -> narrator.say(" - " + failure));
      }
      return failures.isEmpty();
    } catch (TimeoutException e) {
      return failed(
          "it did not finish in %d s; step %s.".formatted(TIMEOUT.toSeconds(), narrator.current()),
          narrator);
    } catch (ExecutionException e) {
      return explain(Objects.requireNonNull(e.getCause()), narrator);
    }
  }

  private static boolean explain(Throwable why, Narrator narrator) throws Exception {
    if (why instanceof DemoFailedException failed) {
      return failed(failed.getMessage(), narrator);
    }
    if (why instanceof NoClassDefFoundError missing) {
      return failed(
          "a library is missing ("
              + missing.getMessage()
              + "). Start it with ./gateway demo, which adds the folder demo-lib.",
          narrator);
    }
    if (why instanceof Exception exception) {
      throw exception;
    }
    throw (Error) why;
  }

  private static boolean failed(String why, Narrator narrator) {
    narrator.say("");
    narrator.say("The demo FAILED: " + why);
    return false;
  }

  private void stop() {
    DemoServers started = servers.get();
    if (started != null) {
      started.close();
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "demo");
    thread.setDaemon(true);
    return thread;
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      // Ctrl-C came: the hook is running.
    }
  }
}
