package io.comfygateway.app;

import io.comfygateway.egress.GuardedConnections;
import io.comfygateway.egress.UrlGuard;
import io.comfygateway.settings.DeliverySettings;
import io.comfygateway.settings.Settings;

/** The guard of URLs that callers name, and the component {@code callback} that is behind it. */
final class EgressBeans {
  private final Settings settings;
  private final UrlGuard guard;

  EgressBeans(SharedBeans shared) {
    this.settings = shared.settings();
    this.guard = new UrlGuard(settings.get(DeliverySettings.CALLBACK_ALLOW).orElse(""));
  }

  void bindTo(RouteBeans routes) {
    GuardedConnections.Limits standard = GuardedConnections.Limits.standard();
    GuardedConnections.Limits limits =
        new GuardedConnections.Limits(
            settings.get(DeliverySettings.CALLBACK_PER_RECEIVER),
            standard.total(),
            standard.connect(),
            settings.get(DeliverySettings.CALLBACK_TIMEOUT),
            standard.answerBytes());
    routes.bindComponent("callback", new GuardedConnections(guard, limits).component());
  }

  UrlGuard guard() {
    return guard;
  }
}
