package io.comfygateway.app;

import io.comfygateway.egress.GuardedConnections;
import io.comfygateway.fetch.Fetches;
import io.comfygateway.fetch.InputUrls;
import io.comfygateway.fetch.RetryPolicy;
import io.comfygateway.settings.LimitSettings;
import io.comfygateway.settings.RetrySettings;
import io.comfygateway.settings.Settings;
import java.time.Duration;

/** Input files that callers name by URL. */
final class FetchBeans {
  private final InputUrls inputUrls;
  private final Fetches fetches;

  FetchBeans(SharedBeans shared, StoreBeans store, EgressBeans egress, PromptBeans prompt) {
    Settings settings = shared.settings();
    this.inputUrls = new InputUrls(egress.guard());
    // One connection for each fetch, so that no fetch waits for the connection of another.
    int atOnce = settings.get(LimitSettings.INPUT_MAX_FETCHES);
    Duration timeout = settings.get(RetrySettings.INPUT_TIMEOUT);
    GuardedConnections connections =
        new GuardedConnections(
            egress.guard(),
            new GuardedConnections.Limits(
                atOnce,
                atOnce,
                GuardedConnections.Limits.standard().connect(),
                timeout,
                withOneMore(prompt.fileRules().maxBytes())));
    this.fetches =
        new Fetches(
            new Fetches.Store(store.jobs().queries(), store.fetchQueue(), shared.database()),
            prompt.inputFiles(),
            connections.client(),
            inputUrls,
            new RetryPolicy(
                timeout,
                settings.get(RetrySettings.INPUT_DELAYS),
                settings.get(RetrySettings.INPUT_STATUSES),
                settings.get(RetrySettings.INPUT_LONGEST_RETRY_AFTER),
                settings.get(RetrySettings.RECOVER_PAUSE),
                shared.clock()));
  }

  // Reading one byte more than the limit shows that a file is too large.
  private static long withOneMore(long bytes) {
    return bytes == Long.MAX_VALUE ? bytes : bytes + 1;
  }

  void bindTo(RouteBeans routes) {
    routes.bind(fetches);
  }

  InputUrls inputUrls() {
    return inputUrls;
  }
}
