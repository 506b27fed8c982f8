package io.comfygateway.sink;

import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.util.HttpClientOptions;
import com.azure.storage.blob.BlobServiceClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/**
 * Where the blobs of a destination go.
 *
 * @param settings the fields of the destination, which hold credentials
 * @param container the container
 */
record AzureAccount(JsonNode settings, String container) {
  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** The account and the container that the fields of a destination name. */
  static AzureAccount of(JsonNode settings) {
    String url = settings.path("sas-url").asText();
    return new AzureAccount(
        settings, url.isEmpty() ? settings.path("container").asText() : lastSegment(path(url)));
  }

  /**
   * A client. Making it opens no connection.
   *
   * @param timeout how long one request may take
   */
  BlobServiceClient client(Duration timeout) {
    BlobServiceClientBuilder builder =
        new BlobServiceClientBuilder()
            .httpClient(
                new JdkHttpClientBuilder()
                    .connectionTimeout(CONNECT)
                    .responseTimeout(timeout)
                    .writeTimeout(timeout)
                    .readTimeout(timeout)
                    .build())
            .clientOptions(new HttpClientOptions())
            // The deliver stage tries again.
            .retryOptions(
                new RequestRetryOptions(
                    RetryPolicyType.FIXED, 1, timeout, (Duration) null, null, null));
    String url = text("sas-url");
    if (!url.isEmpty()) {
      return builder
          .endpoint(path(url).substring(0, Math.max(0, path(url).lastIndexOf('/'))))
          .sasToken(url.substring(url.indexOf('?') + 1))
          .buildClient();
    }
    if (!text("connection-string").isEmpty()) {
      return builder.connectionString(text("connection-string")).buildClient();
    }
    String account = text("account");
    String endpoint = text("endpoint");
    builder.endpoint(
        endpoint.isEmpty() ? "https://" + account + ".blob.core.windows.net" : endpoint);
    return text("sas-token").isEmpty()
        ? builder
            .credential(new StorageSharedKeyCredential(account, text("account-key")))
            .buildClient()
        : builder.sasToken(text("sas-token").replaceFirst("^\\?", "")).buildClient();
  }

  private static String path(String url) {
    int query = url.indexOf('?');
    int end = query < 0 ? url.length() : query;
    while (end > 0 && url.charAt(end - 1) == '/') {
      end--;
    }
    return url.substring(0, end);
  }

  private static String lastSegment(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private String text(String field) {
    return settings.path(field).asText();
  }

  /** The container only; the fields hold credentials. */
  @Override
  public String toString() {
    return "container " + container;
  }
}
