package io.comfygateway.cli;

import io.comfygateway.app.DataFolder;
import io.comfygateway.app.GatewayServer;
import io.comfygateway.app.StartupWarnings;
import io.comfygateway.config.FileFault;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.BackendHealth;
import io.comfygateway.route.RouteFault;
import io.comfygateway.settings.DeliverySettings;
import io.comfygateway.settings.PageSettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import java.util.List;
import java.util.stream.Stream;

/** The summary that a gateway prints after its start. */
final class Banner {
  private static final int LABEL = 18;

  private final Settings settings;
  private final GatewayServer server;
  private final StringBuilder text = new StringBuilder();

  Banner(Settings settings, GatewayServer server) {
    this.settings = settings;
    this.server = server;
  }

  String text() {
    text.setLength(0);
    text.append(System.lineSeparator());
    line("comfyui-gateway", server.baseUrl());
    if (!settings.get(PageSettings.CONSOLE).equals(PageSettings.OFF)) {
      line("console", server.baseUrl() + "/");
    }
    line("docs", server.baseUrl() + "/docs");
    List<Backend> backends = server.backends().all();
    for (int i = 0; i < backends.size(); i++) {
      line(i == 0 ? "ComfyUI" : "", describe(backends.get(i)));
    }
    line("database", settings.database().describe());
    line("data folder", settings.get(StorageSettings.DATA_DIR).toString());
    line("callback secret", callbackSecret());
    line(
        "workflows",
        server.library().all().size() + " in " + settings.get(StorageSettings.WORKFLOWS_DIR));
    line(
        "routes",
        server.context().getRoutesSize() + " in " + settings.get(StorageSettings.ROUTES_DIR));
    list("not loaded until fixed:", faults());
    list("cannot run here:", server.obstacles());
    list("not secure:", StartupWarnings.of(settings));
    return text.toString();
  }

  private String describe(Backend backend) {
    BackendHealth.State state = server.backends().health().state(backend.name());
    String how =
        state.isUp()
            ? "up"
            : state.isKnown()
                ? state.status() + ", jobs wait (" + state.reason() + ")"
                : "no answer yet";
    String url = backend.url().toString();
    return (url.endsWith("//" + backend.name()) ? url : backend.name() + " " + url) + "  " + how;
  }

  private String callbackSecret() {
    return settings.get(DeliverySettings.CALLBACK_SECRET).isPresent()
        ? "set by GATEWAY_CALLBACK_SECRET"
        : "in " + DataFolder.callbackSecretFile(settings.get(StorageSettings.DATA_DIR));
  }

  private List<String> faults() {
    return Stream.concat(
            server.routeFaults().stream().map(RouteFault::text),
            server.library().faults().stream().map(FileFault::toString))
        .toList();
  }

  private void line(String label, String value) {
    text.append("  ")
        .append(label)
        .append(" ".repeat(LABEL - label.length()))
        .append(value)
        .append(System.lineSeparator());
  }

  private void list(String heading, List<String> entries) {
    if (!entries.isEmpty()) {
      text.append(System.lineSeparator()).append("  ").append(heading);
      entries.forEach(entry -> text.append(System.lineSeparator()).append("   - ").append(entry));
      text.append(System.lineSeparator());
    }
  }
}
