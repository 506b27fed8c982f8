package io.comfygateway.app;

import io.comfygateway.api.EventView;
import io.comfygateway.api.EventsApi;
import io.comfygateway.api.LivePreviews;
import io.comfygateway.api.LiveProgress;
import io.comfygateway.job.ClusterEvents;
import io.comfygateway.settings.LimitSettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.stream.EventStreams;
import io.comfygateway.stream.StreamLimits;
import java.util.function.Supplier;

/** The streams of events. */
final class StreamBeans {
  private final LiveProgress progress;
  private final LivePreviews previews;
  private final EventStreams streams;
  private final EventsApi api;

  /**
   * Makes them.
   *
   * @param neighbours the other gateways
   */
  StreamBeans(
      SharedBeans shared,
      StoreBeans store,
      PoolBeans pool,
      PromptBeans prompt,
      SocketBeans sockets,
      AccessBeans access,
      ViewBeans views,
      Supplier<ClusterEvents> neighbours) {
    Settings settings = shared.settings();
    this.progress = new LiveProgress(prompt.progress(), neighbours, shared.json(), shared.clock());
    this.previews =
        new LivePreviews(
            pool.previews(), name -> access.keys().previews(name) && sockets.takesPreviews(name));
    EventView view =
        new EventView(
            store.jobs().queries(),
            store.outputs(),
            store.deliveries().queries(),
            views.jobs(),
            progress,
            previews,
            shared.json());
    this.streams =
        new EventStreams(
            store.jobs().events(),
            shared.database(),
            view,
            StreamLimits.of(
                settings.get(LimitSettings.MAX_STREAMS),
                settings.get(LimitSettings.MAX_STREAMS_PER_KEY)),
            caller -> caller.contains(":") || access.keys().isLive(caller),
            shared.clock());
    this.api =
        new EventsApi(
            streams, view, store.jobs().events(), access.tickets(), access.check(), shared.json());
  }

  void bindTo(RouteBeans routes) {
    routes.bind(api, previews);
  }

  EventStreams streams() {
    return streams;
  }

  LiveProgress progress() {
    return progress;
  }

  /** Whether a client follows events, on this gateway or another. */
  boolean isListened() {
    return streams.count() > 0 || progress.isWantedElsewhere();
  }
}
