package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.database.Database;
import io.comfygateway.database.DatabaseKind;
import io.comfygateway.demo.S3Server;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Three gateways on one PostgreSQL that share no disk: the files of jobs are in a bucket. Two of
 * them are killed while they upload an output.
 */
@Tag("slow")
class BucketClusterTest {
  private static final int JOBS = 40;
  private static final String BUCKET = "jobs";
  private static final Pattern UPLOAD =
      Pattern.compile("PUT /" + BUCKET + "/cluster/outputs/[0-9a-f]{2}/([0-9a-f-]{36})/");

  @TempDir Path folder;

  @Test
  void outputs_arrive_once_and_are_served_everywhere_though_gateways_die_while_they_collect()
      throws Exception {
    try (S3Server s3 = S3Server.start(BUCKET);
        Wire wire = Wire.to(s3.endpoint().getPort());
        S3Client bucket = s3.destination(BUCKET).client();
        Comfy comfy = Comfy.start()) {
      Files.writeString(folder.resolve("secret"), s3.secretKey());
      Path destinations =
          Files.writeString(
              folder.resolve("destinations.yaml"),
              "files: {endpoint: \"%s\", access-key: %s, secret-key: {file: secret}}"
                  .formatted(wire.url(), s3.accessKey()));
      Database.Address address = DatabaseKind.POSTGRESQL.inNewPlace(folder);
      try (Cluster cluster =
              new Cluster(
                      3,
                      address,
                      folder,
                      "one=" + comfy.url(),
                      Map.of(
                          "GATEWAY_FILES_DIR",
                          "",
                          "GATEWAY_FILES",
                          "s3://" + BUCKET + "/cluster",
                          "GATEWAY_DESTINATIONS_FILE",
                          destinations.toString(),
                          "GATEWAY_API_KEYS",
                          "ann:" + Customer.keyOf("ann"),
                          "GATEWAY_LEASE_SECONDS",
                          "5",
                          "GATEWAY_CALLBACK_DELAYS",
                          "0s,1s,1s,1s,1s,1s"))
                  .start();
          Customer ann = new Customer("ann", List.of("succeeded"), JOBS, cluster)) {
        List<Customer.Order> orders =
            IntStream.range(0, JOBS).mapToObj(Customer.Order::picture).toList();
        CompletableFuture<Void> ordering = CompletableFuture.runAsync(() -> ann.order(orders));

        Set<String> interrupted = killTwoThatUpload(cluster, wire, database(address));
        ordering.join();

        assertThat(ann.jobs()).containsAll(interrupted);
        ann.assertServed(Map.of("one", comfy));
        Ledger.assertRanOnce(ann.jobs(), List.of(comfy));
        assertOneObjectPerOutput(bucket, ann.jobs());
        assertServedByAll(cluster, ann.jobs().get(0));
        assertThat(onDisk()).isEmpty();
      }
    }
  }

  /** Kills the gateway whose upload is held on its way there, or its answer on the way back. */
  private Set<String> killTwoThatUpload(Cluster cluster, Wire wire, JdbcClient database)
      throws IOException {
    Set<String> killed = new HashSet<>();
    for (Wire.Place place : List.of(Wire.Place.REQUEST, Wire.Place.ANSWER)) {
      AtomicReference<String> job = new AtomicReference<>();
      Wire.Held upload = wire.hold(place, line -> isUpload(line, job));
      upload.await();
      String owner =
          database
              .sql("SELECT lease_owner FROM job WHERE id = CAST(:id AS UUID)")
              .param("id", job.get())
              .query(String.class)
              .single();
      int number = 0;
      while (!owner.equals(gatewayId(number))) {
        number++;
      }
      cluster.get(number).kill();
      upload.reset();
      cluster.get(number).begin();
      killed.add(job.get());
    }
    return killed;
  }

  private String gatewayId(int number) throws IOException {
    return Files.readString(folder.resolve("gateway-" + number).resolve("gateway-id")).strip();
  }

  private static boolean isUpload(String line, AtomicReference<String> job) {
    Matcher upload = UPLOAD.matcher(line);
    return upload.lookingAt() && job.compareAndSet(null, upload.group(1));
  }

  private static void assertOneObjectPerOutput(S3Client bucket, List<String> jobs) {
    List<String> outputs =
        bucket.listObjectsV2(it -> it.bucket(BUCKET).prefix("cluster/outputs/")).contents().stream()
            .map(object -> object.key().split("/")[3])
            .toList();
    assertThat(outputs).containsExactlyInAnyOrderElementsOf(jobs);
  }

  private static void assertServedByAll(Cluster cluster, String id) {
    List<byte[]> parts = new ArrayList<>();
    for (int number = 0; number < 3; number++) {
      Caller caller = new Caller(cluster.get(number)::url, Customer.keyOf("ann"));
      JsonNode output = caller.job(id).path("outputs").path(0);
      Answer linked =
          caller.send(
              caller.request(output.path("url").asText(), "").header("Range", "bytes=10-29").GET());
      assertThat(linked.status()).isEqualTo(206);
      parts.add(linked.bytes());
    }
    assertThat(parts).hasSize(3).allSatisfy(part -> assertThat(part).isEqualTo(parts.get(0)));
  }

  private static JdbcClient database(Database.Address address) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(address.url().orElseThrow());
    source.setUser(address.user().orElseThrow());
    return JdbcClient.create(source);
  }

  private List<Path> onDisk() throws Exception {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> file.getFileName().toString().endsWith(".png")).toList();
    }
  }
}
