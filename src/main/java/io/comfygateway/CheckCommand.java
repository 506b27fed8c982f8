package io.comfygateway;

import io.comfygateway.route.RouteCheck;
import io.comfygateway.route.RouteFault;
import io.comfygateway.workflow.FileFault;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpEngine;
import org.apache.camel.impl.DefaultCamelContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code gateway check}: looks at everything that a start would load, and serves nothing. */
@Command(
    name = "check",
    description =
        "Loads settings, workflows and routes without serving, and names every fault: its file,"
            + " line and field, and what to do.",
    mixinStandardHelpOptions = true,
    versionProvider = Gateway.Version.class)
final class CheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOption config;

  @Override
  public Integer call() throws Exception {
    Settings settings = Settings.read(config.file(), Map.of());
    List<String> faults = new ArrayList<>();
    RouteCheck.Result routes;
    int workflows;
    Vertx vertx = Vertx.vertx();
    try (Foundation foundation = Foundation.unopened(settings);
        DefaultCamelContext context = new DefaultCamelContext()) {
      Beans beans = new Beans(settings, foundation, InstantSource.system(), () -> "");
      context.getRegistry().bind("vertx", vertx);
      context
          .getRegistry()
          .bind(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME, new VertxPlatformHttpEngine());
      beans.bindTo(context, List::of);
      workflows = beans.library().all().size();
      beans.library().faults().stream().map(FileFault::toString).forEach(faults::add);
      Properties values = new Properties();
      values.putAll(settings.values());
      routes = new RouteCheck(context, settings.routesDir(), values).run();
      routes.faults().stream().map(RouteFault::text).forEach(faults::add);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
    faults.forEach(spec.commandLine().getErr()::println);
    if (faults.isEmpty()) {
      spec.commandLine()
          .getOut()
          .printf(
              "All is well: settings, %d workflows, %d route files.%n", workflows, routes.files());
    }
    return faults.isEmpty() ? 0 : 1;
  }
}
