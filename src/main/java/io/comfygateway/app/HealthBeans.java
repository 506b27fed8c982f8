package io.comfygateway.app;

import io.comfygateway.api.Health;
import io.comfygateway.config.FileFault;
import io.comfygateway.http.CertificateFiles;
import io.comfygateway.metrics.Metrics;
import io.comfygateway.settings.LimitSettings;
import io.comfygateway.settings.PageSettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import java.util.List;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyFactory;

/** Health and metrics. */
final class HealthBeans {
  private final Metrics metrics;
  private final Health health;

  /**
   * Makes both.
   *
   * @param routeFaults the route files that could not be loaded, each with the reason
   */
  HealthBeans(
      SharedBeans shared,
      WorkflowBeans workflow,
      StoreBeans store,
      FilesBeans files,
      PoolBeans pool,
      SinkBeans sink,
      LifecycleBeans lifecycle,
      HttpBeans http,
      ClusterBeans cluster,
      Supplier<List<FileFault>> routeFaults) {
    Settings settings = shared.settings();
    this.metrics =
        new Metrics(
            new Metrics.Sources(
                shared.database(),
                pool.backends(),
                pool.runningPrompts(),
                new Metrics.Service(
                    Version.current(),
                    settings.get(LimitSettings.MAX_WAITING),
                    files.state(),
                    files.disks(),
                    settings.get(StorageSettings.MIN_FREE),
                    lifecycle.orphanRecovery()::takenUp,
                    () ->
                        http.listening()
                            .served()
                            .map(CertificateFiles.ServerCertificate::expires))),
            shared.clock(),
            !PageSettings.OFF.equals(settings.get(PageSettings.METRICS)));
    this.health =
        new Health(
            store.jobs().queue(),
            pool.backends(),
            files.state(),
            shared.json(),
            new Health.Watched(
                routeFaults,
                pool::faults,
                sink::faults,
                workflow.library()::faults,
                http.listening().certificate(),
                cluster.faults()),
            new Health.Service(Version.current(), StartupWarnings.of(settings)),
            shared.clock());
  }

  void bindTo(RouteBeans routes) {
    routes.bind(metrics, health);
  }

  /** Adds Camel's own numbers to the metrics. */
  void measure(CamelContext context) {
    if (metrics.isOn()) {
      context.getRegistry().bind("metricsRegistry", metrics.registry());
      MicrometerRoutePolicyFactory factory = new MicrometerRoutePolicyFactory();
      factory.setMeterRegistry(metrics.registry());
      context.addRoutePolicyFactory(factory);
    }
  }

  Metrics metrics() {
    return metrics;
  }
}
