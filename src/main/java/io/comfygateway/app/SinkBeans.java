package io.comfygateway.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.FileFault;
import io.comfygateway.egress.GuardedConnections;
import io.comfygateway.egress.UrlGuard;
import io.comfygateway.s3.BucketFolder;
import io.comfygateway.settings.DeliverySettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StageSettings;
import io.comfygateway.settings.StorageSettings;
import io.comfygateway.sink.AzureBlobs;
import io.comfygateway.sink.CopyRows;
import io.comfygateway.sink.Destination;
import io.comfygateway.sink.DestinationFields;
import io.comfygateway.sink.DestinationTrust;
import io.comfygateway.sink.Destinations;
import io.comfygateway.sink.KeyTemplate;
import io.comfygateway.sink.S3Objects;
import io.comfygateway.sink.SecretSftpComponent;
import io.comfygateway.sink.SinkFiles;
import io.comfygateway.sink.WebDavFolders;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The destinations of outputs and events, and the component {@code destination}. */
public final class SinkBeans {
  /** An operator may send to any address; what callers give stays behind the guard. */
  private static final String ANYWHERE = "0.0.0.0/0, ::/0";

  private final Destinations destinations;
  private final CopyRows copies;
  private final S3Objects s3;
  private final AzureBlobs azure;
  private final GuardedConnections connections;
  private final Optional<BucketFolder> store;

  SinkBeans(SharedBeans shared) {
    Settings settings = shared.settings();
    this.destinations =
        new Destinations(
            settings.get(DeliverySettings.DESTINATIONS_FILE),
            System.getenv(),
            new SinkFiles(settings.get(StorageSettings.ROUTES_DIR))::names,
            bucket(settings));
    this.store = shared.persistence().filesBucket().map(FilesBucket::folder);
    this.copies = new CopyRows(shared.database().jdbc());
    this.s3 = new S3Objects(destinations, settings.get(StorageSettings.OUTPUT_URL_VALIDITY));
    this.azure = new AzureBlobs(settings.get(DeliverySettings.DESTINATION_TIMEOUT));
    GuardedConnections.Limits usual = GuardedConnections.Limits.standard();
    int consumers = settings.get(StageSettings.DELIVER_CONSUMERS);
    this.connections =
        new GuardedConnections(
            new UrlGuard(ANYWHERE),
            new GuardedConnections.Limits(
                consumers,
                consumers,
                usual.connect(),
                settings.get(DeliverySettings.DESTINATION_TIMEOUT),
                usual.answerBytes()),
            new DestinationTrust(destinations));
  }

  // The short form "s3" of a request stands for it.
  private static Optional<Destination> bucket(Settings settings) {
    return settings
        .get(DeliverySettings.S3_BUCKET)
        .map(
            name -> {
              ObjectNode fields =
                  JsonNodeFactory.instance
                      .objectNode()
                      .put("sink", "s3")
                      .put("name", Destination.DEFAULT)
                      .put("bucket", name)
                      .put("region", settings.get(DeliverySettings.S3_REGION));
              settings
                  .get(DeliverySettings.S3_ENDPOINT)
                  .ifPresent(url -> fields.put("endpoint", url.toString()));
              settings
                  .get(DeliverySettings.S3_ACCESS_KEY)
                  .ifPresent(key -> fields.put("access-key", key));
              settings
                  .get(DeliverySettings.S3_SECRET_KEY)
                  .ifPresent(key -> fields.put("secret-key", key));
              return new Destination(
                  Destination.DEFAULT, "s3", Set.of(), "", KeyTemplate.STANDARD, fields);
            });
  }

  void bindTo(RouteBeans routes) {
    routes.bind(s3);
    routes.bind(azure, new DestinationFields(), new WebDavFolders(connections.client()));
    routes.bindComponent("destination", connections.component());
    routes.bindComponent("sftp", new SecretSftpComponent());
  }

  Destinations destinations() {
    return destinations;
  }

  S3Objects s3() {
    return s3;
  }

  CopyRows copies() {
    return copies;
  }

  /** Loads what has changed in the file of destinations. */
  void refresh() {
    destinations.refresh();
    store.ifPresent(bucket -> bucket.use(destinations.store()));
  }

  /** What is wrong with the file of destinations. */
  public List<FileFault> faults() {
    return destinations.faults();
  }
}
