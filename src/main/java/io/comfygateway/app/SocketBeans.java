package io.comfygateway.app;

import io.comfygateway.access.AccessControl;
import io.comfygateway.access.Caller;
import io.comfygateway.access.RequestInfo;
import io.comfygateway.access.Scope;
import io.comfygateway.comfyapi.HeldLimits;
import io.comfygateway.comfyapi.PoolFeatures;
import io.comfygateway.comfyapi.SocketHub;
import io.comfygateway.comfyapi.SocketThreads;
import io.comfygateway.config.Wildcard;
import io.comfygateway.http.SocketEndpoint;
import io.comfygateway.http.SocketLimits;
import io.comfygateway.job.ClusterEvents;
import io.comfygateway.settings.LimitSettings;
import io.comfygateway.settings.PortSettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.SocketSettings;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** The WebSockets of clients of ComfyUI's own API. */
final class SocketBeans {
  private static final Set<Scope> SCOPES = Set.of(Scope.RUN, Scope.RAW);

  private final Settings settings;
  private final PoolFeatures features;
  private final SocketHub hub;
  private final SocketThreads threads = new SocketThreads();
  private final AtomicReference<ClusterEvents> others =
      new AtomicReference<>(ClusterEvents.toNobody());

  SocketBeans(SharedBeans shared, StoreBeans store) {
    this.settings = shared.settings();
    this.features =
        new PoolFeatures(
            Math.min(
                settings.get(LimitSettings.INPUT_MAX_BYTES), settings.get(PortSettings.MAX_BODY)));
    this.hub =
        new SocketHub(
            store.clientPrompts(),
            store.jobs().queries(),
            () -> Objects.requireNonNull(others.get()),
            features,
            this::takesPreviews,
            shared.json(),
            shared.clock(),
            new HeldLimits(
                settings.get(SocketSettings.HELD),
                settings.get(SocketSettings.HELD_IN_ALL),
                settings.get(SocketSettings.TURN)),
            threads);
  }

  private boolean takesPreviews(Caller caller) {
    return caller.restrictions().previews() && takesPreviews(caller.name());
  }

  /** Whether the settings let the clients of a key have previews. */
  boolean takesPreviews(String caller) {
    return settings.get(SocketSettings.NO_PREVIEWS).stream()
        .noneMatch(pattern -> new Wildcard(pattern).covers(caller));
  }

  /** What the pool supports. */
  PoolFeatures features() {
    return features;
  }

  /** From now on the gateways on the same database are told of frames. */
  void notifies(ClusterEvents cluster) {
    others.set(cluster);
  }

  SocketHub hub() {
    return hub;
  }

  /** The WebSockets on the port of the HTTP server. */
  SocketEndpoint endpoint(AccessControl access) {
    return new SocketEndpoint(
        new SocketEndpoint.Admission() {
          @Override
          public Caller admit(RequestInfo request) {
            return access.admit(request, SCOPES);
          }

          @Override
          public boolean isKnown(RequestInfo request) {
            return access.isKnown(request);
          }
        },
        hub,
        new SocketLimits(
            settings.get(SocketSettings.PER_KEY),
            settings.get(SocketSettings.MOST),
            // A turn that comes brings all that was held back at once.
            (long) settings.get(SocketSettings.PENDING) + settings.get(SocketSettings.HELD),
            settings.get(SocketSettings.PENDING_IN_ALL),
            settings.get(SocketSettings.PING)));
  }

  /** Sends regularly what clients wait for. */
  void start() {
    threads.start(hub, settings.get(SocketSettings.STATUS));
  }

  /** Sends nothing more. */
  void close() {
    threads.close();
  }
}
