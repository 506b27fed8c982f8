package io.comfygateway.cli;

import io.comfygateway.app.GatewayBeans;
import io.comfygateway.app.Persistence;
import io.comfygateway.config.FileFault;
import io.comfygateway.extension.ExtensionFolder;
import io.comfygateway.route.RouteCheck;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.SettingsCheck;
import io.comfygateway.settings.StorageSettings;
import io.comfygateway.settings.UnreadVariables;
import io.comfygateway.workflow.WorkflowLibrary;
import io.comfygateway.workflow.WorkflowTests;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpEngine;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.SimpleRegistry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code gateway check}: checks everything that a start would load, and serves nothing. */
@Command(
    name = "check",
    description =
        "Checks settings, workflows and routes without serving, and prints every fault: its file,"
            + " line and field, and what to do. Warns about workflows that can never run here.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:No fault; there may be warnings.", "1:A fault.", "2:Wrong usage."},
    mixinStandardHelpOptions = true,
    versionProvider = Gateway.JarVersion.class)
final class CheckCommand implements Callable<Integer> {
  private static final Duration SURVEY_TIMEOUT = Duration.ofSeconds(5);

  private static final int LONGEST_FILE = 1 << 20;

  @Spec private CommandSpec spec;
  @Mixin private ConfigOption config;

  private final List<FileFault> faults = new ArrayList<>();
  private String hint = "";

  @Override
  public Integer call() {
    Settings settings = Settings.load(config.file(), Map.of());
    faults.addAll(new SettingsCheck(settings, config.file(), System.getenv()).faults());
    return faults.isEmpty() ? all(settings) : workflowsOnly(settings);
  }

  private int all(Settings settings) {
    Vertx vertx = Vertx.vertx();
    SimpleRegistry registry = new SimpleRegistry();
    try (Persistence persistence = Persistence.unopened(settings);
        DefaultCamelContext context = new DefaultCamelContext(registry)) {
      GatewayBeans beans =
          new GatewayBeans(settings, persistence, InstantSource.system(), List::of);
      Set<String> names = beans.bindTo(context);
      registry.bind("vertx", vertx);
      registry.bind(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME, new VertxPlatformHttpEngine());
      Properties values = new Properties();
      values.putAll(settings.values());
      RouteCheck.Result routes =
          new RouteCheck(
                  context,
                  settings.get(StorageSettings.ROUTES_DIR),
                  names,
                  values,
                  beans.pool().sockets(context)::add)
              .run();
      faults.addAll(beans.pool().faults());
      faults.addAll(beans.sink().faults());
      faults.addAll(beans.workflow().nodesFile().faults());
      PrintWriter err = spec.commandLine().getErr();
      List<String> silent = beans.pool().survey().ask(SURVEY_TIMEOUT);
      WorkflowLibrary library = beans.workflow().library();
      library.reload();
      addFaults(settings.get(StorageSettings.WORKFLOWS_DIR), library);
      WorkflowTests tests =
          new WorkflowTests(
              settings.get(StorageSettings.WORKFLOWS_DIR),
              library::find,
              beans.pool().objectInfo());
      add(settings.get(StorageSettings.WORKFLOWS_DIR), tests.run());
      ExtensionFolder.ofEnvironment().faults(context.getVersion()).stream()
          .map(text -> new FileFault("lib/ext", 0, "", text, ""))
          .forEach(faults::add);
      add(settings.get(StorageSettings.ROUTES_DIR), routes.faults());
      if (!routes.faults().isEmpty()) {
        // Camel stops at the first fault of a route.
        hint = "Fix and check again: what Camel says of a route is its first fault.";
      }
      silent.stream()
          .map(
              "warning: %s does not report its node classes, so missing ones are not known"
                  ::formatted)
          .forEach(err::println);
      beans
          .intake()
          .verdicts()
          .texts()
          .forEach(text -> err.println("warning: cannot run here: " + text));
      beans
          .pool()
          .objectInfo()
          .ifPresent(
              known ->
                  library.all().stream()
                      .flatMap(workflow -> workflow.unknownChoices(known).stream())
                      .forEach(text -> err.println("warning: " + text)));
      beans.intake().verdicts().partly().forEach(text -> err.println("warning: " + text));
      beans.unusedDefaults().forEach(text -> err.println("warning: destinations: " + text));
      routes.warnings().forEach(text -> err.println("warning: routes: " + text));
      unread(settings).forEach(text -> err.println("warning: " + text));
      return report(
          "No faults: %d settings, %d workflows with %d test cases, %d routes in %d files."
              .formatted(
                  settings.values().size(),
                  beans.workflow().library().all().size(),
                  tests.cases(),
                  routes.routes(),
                  routes.files()));
    } catch (IOException e) {
      throw new IllegalStateException("a context that was never started cannot be closed", e);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  private List<String> unread(Settings settings) throws IOException {
    List<String> texts = new ArrayList<>();
    texts.add(text(config.file()));
    try (Stream<Path> files = Files.walk(settings.get(StorageSettings.ROUTES_DIR), 2)) {
      for (Path file : files.filter(it -> it.toString().endsWith(".yaml")).toList()) {
        texts.add(text(file));
      }
    }
    return UnreadVariables.texts(System.getenv(), texts);
  }

  private static String text(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(LONGEST_FILE), StandardCharsets.UTF_8);
    }
  }

  // Routes use the settings, so they cannot be checked before those are fixed.
  private int workflowsOnly(Settings settings) {
    try {
      Path folder = settings.get(StorageSettings.WORKFLOWS_DIR);
      addFaults(folder, new WorkflowLibrary(folder));
    } catch (IllegalArgumentException e) {
      // The faults already say that the folder is not set.
    }
    hint = "Fix and check again: routes are checked once the settings are valid.";
    return report("");
  }

  private int report(String summary) {
    PrintWriter err = spec.commandLine().getErr();
    faults.forEach(err::println);
    if (!faults.isEmpty()) {
      err.println((faults.size() == 1 ? "1 fault. " : faults.size() + " faults. ") + hint);
      return spec.exitCodeOnExecutionException();
    }
    spec.commandLine().getOut().println(summary);
    return spec.exitCodeOnSuccess();
  }

  private void addFaults(Path folder, WorkflowLibrary library) {
    List<FileFault> waiting = library.waiting();
    add(folder, library.faults().stream().filter(fault -> !waiting.contains(fault)).toList());
    waiting.forEach(fault -> spec.commandLine().getErr().println("warning: " + fault));
    library
        .tooLargeForOutputs()
        .forEach(fault -> spec.commandLine().getErr().println("warning: " + fault));
  }

  private void add(Path folder, List<FileFault> found) {
    Path here = Path.of("").toAbsolutePath();
    Path shown = folder.startsWith(here) ? here.relativize(folder) : folder;
    for (FileFault fault : found) {
      Path file = Path.of(fault.file()).isAbsolute() ? shown : shown.resolve(fault.file());
      faults.add(
          new FileFault(
              file.toString(), fault.line(), fault.field(), fault.detail(), fault.remedy()));
    }
  }
}
