package io.comfygateway.settings;

import io.comfygateway.egress.UrlGuard;
import io.comfygateway.webhook.WebhookSecret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The settings of callbacks, and of copies of outputs in S3. */
public final class DeliverySettings {
  public static final Setting<Optional<List<WebhookSecret>>> CALLBACK_SECRET =
      Setting.of(
              "gateway.callback.secret",
              SettingType.optional("comma-separated whsec_…", WebhookSecret::parseAll),
              "",
              "The secret that signs callbacks; while it is rotated, the new one and the former one,"
                  + " and callbacks carry both signatures. Empty: made at the first start, in the data"
                  + " folder.")
          .asSecret();
  public static final Setting<Optional<String>> CALLBACK_ALLOW =
      Setting.of(
          "gateway.callback.allow",
          SettingType.optional(
              "comma-separated hosts and networks", SettingType.checked(UrlGuard::new)),
          "",
          "The private hosts and networks that callbacks and file URLs may go to, such as n8n or"
              + " 10.1.0.0/16.");
  public static final Setting<Duration> CALLBACK_TIMEOUT =
      Setting.of(
          "gateway.callback.timeout-ms",
          SettingTypes.milliseconds(),
          "30000",
          "How long one try of a callback may take.");
  public static final Setting<Integer> CALLBACK_PER_RECEIVER =
      Setting.of(
          "gateway.callback.per-receiver",
          SettingTypes.count(1, 1_000),
          "4",
          "How many tries may go to one receiver at a time, so that a slow one delays no other.");

  public static final Setting<Optional<URI>> S3_ENDPOINT =
      Setting.of(
          "gateway.s3.endpoint",
          SettingTypes.optionalUrl(),
          "",
          "The S3 server, which is then addressed in path style. Empty: AWS.");
  public static final Setting<String> S3_REGION =
      Setting.of(
          "gateway.s3.region",
          SettingTypes.text().orWhenEmpty("us-east-1"),
          "us-east-1",
          "The region of the bucket.");
  public static final Setting<Optional<String>> S3_BUCKET =
      Setting.of(
          "gateway.s3.bucket",
          SettingTypes.optionalText(),
          "",
          "The bucket that outputs are copied into. Empty: no copies can be asked for.");
  public static final Setting<Optional<String>> S3_ACCESS_KEY =
      Setting.of(
          "gateway.s3.access-key",
          SettingTypes.optionalText(),
          "",
          "The access key of S3. Empty: the credentials of the environment, as the AWS SDK finds"
              + " them.");
  public static final Setting<Optional<String>> S3_SECRET_KEY =
      Setting.of(
              "gateway.s3.secret-key",
              SettingTypes.optionalText(),
              "",
              "The secret key that belongs to the access key.")
          .asSecret();

  public static final Setting<Path> DESTINATIONS_FILE =
      Setting.of(
          "gateway.destinations.file",
          SettingTypes.file(),
          "config/destinations.yaml",
          "The file of destinations for outputs and events (docs/destinations.md), if it exists; its"
              + " changes take effect without a restart.");
  public static final Setting<Duration> DESTINATION_TIMEOUT =
      Setting.of(
          "gateway.destination.timeout-ms",
          SettingTypes.milliseconds(),
          "600000",
          "How long sending one file or event to a destination by HTTP may take.");

  static final SettingGroup CALLBACKS =
      new SettingGroup(
          "Callbacks",
          "",
          List.of(CALLBACK_SECRET, CALLBACK_ALLOW, CALLBACK_TIMEOUT, CALLBACK_PER_RECEIVER));

  static final SettingGroup DESTINATIONS =
      new SettingGroup("Destinations", "", List.of(DESTINATIONS_FILE, DESTINATION_TIMEOUT));

  static final SettingGroup COPIES =
      new SettingGroup(
          "Copies in S3",
          "",
          List.of(S3_ENDPOINT, S3_REGION, S3_BUCKET, S3_ACCESS_KEY, S3_SECRET_KEY));

  private DeliverySettings() {}
}
