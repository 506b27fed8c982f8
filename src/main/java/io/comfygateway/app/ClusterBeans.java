package io.comfygateway.app;

import io.comfygateway.access.DocumentSealer;
import io.comfygateway.api.ClusterEventReceiver;
import io.comfygateway.api.Events;
import io.comfygateway.comfyapi.SocketHub;
import io.comfygateway.http.LongPolls;
import io.comfygateway.job.ClusterEvents;
import io.comfygateway.job.ClusterNotifier;
import io.comfygateway.job.Roster;
import io.comfygateway.job.WakeUps;
import io.comfygateway.webhook.WebhookSecret;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;

/** What gateways on one database tell each other, and the events of jobs. */
final class ClusterBeans {
  private static final int HASH_BYTES = 16;

  private final SharedBeans shared;
  private final StoreBeans store;
  private final PoolBeans pool;
  private final ViewBeans views;
  private final SocketBeans sockets;
  private final LongPolls longPolls;
  private final StreamBeans streams;
  private final Roster roster;
  private Optional<ClusterNotifier> notifier = Optional.empty();

  ClusterBeans(
      SharedBeans shared,
      StoreBeans store,
      PoolBeans pool,
      ViewBeans views,
      HttpBeans http,
      StreamBeans streams,
      SocketBeans sockets) {
    this.sockets = sockets;
    this.shared = shared;
    this.store = store;
    this.pool = pool;
    this.views = views;
    this.longPolls = http.longPolls();
    this.streams = streams;
    this.roster =
        new Roster(
            shared.database().jdbc(), isCluster(), store.lease(), this::facts, shared.clock());
  }

  // Only PostgreSQL is used by more than one gateway.
  private boolean isCluster() {
    return shared.settings().database().isPostgres();
  }

  // What gateways on one database should have in common; hashed, as it contains secrets.
  private Roster.Facts facts() {
    DocumentSealer sealer = new DocumentSealer(shared.persistence().masterKey());
    Map<String, String> servers = new TreeMap<>();
    pool.backends()
        .all()
        .forEach(
            backend ->
                servers.put(backend.name(), hash(sealer, "server", backend.url().toString())));
    return new Roster.Facts(
        servers,
        hash(
            sealer,
            shared.persistence().callbackSecrets().stream()
                .map(WebhookSecret::text)
                .toArray(String[]::new)));
  }

  private static String hash(DocumentSealer sealer, String... parts) {
    return HexFormat.of().formatHex(sealer.hash(parts), 0, HASH_BYTES);
  }

  void bindTo(RouteBeans routes, CamelContext context) {
    ProducerTemplate producer = context.createProducerTemplate();
    WakeUps wakeUps = new WakeUps(producer);
    if (isCluster()) {
      notifier =
          Optional.of(
              new ClusterNotifier(
                  shared.database(),
                  shared.persistence().gatewayId(),
                  new ClusterEventReceiver(
                      longPolls, wakeUps, streams.progress(), received(sockets.hub())),
                  longPolls::look));
    }
    sockets.notifies(events());
    routes.bind(
        roster,
        wakeUps,
        new Events(
            store.jobs().queries(),
            shared.database(),
            views.jobs(),
            longPolls,
            streams::isListened,
            events(),
            producer,
            sockets.hub()::ended));
  }

  private static ClusterEventReceiver.Sockets received(SocketHub hub) {
    return new ClusterEventReceiver.Sockets() {
      @Override
      public void happened(UUID job) {
        hub.happened(job);
      }

      @Override
      public void frame(UUID job, String text) {
        hub.frame(job, text);
      }
    };
  }

  /** The other gateways. */
  ClusterEvents events() {
    return notifier.<ClusterEvents>map(it -> it).orElseGet(ClusterEvents::toNobody);
  }

  /** The differences between the gateways on one database; empty where there can be only one. */
  Optional<Supplier<List<String>>> faults() {
    return isCluster() ? Optional.of(roster::faults) : Optional.empty();
  }

  /** The connection to the other gateways; empty where there can be none. */
  Optional<ClusterNotifier> notifier() {
    return notifier;
  }
}
