package io.comfygateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.app.LocalAdmin;
import io.comfygateway.app.StartFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** A client of the gateway that runs on the same data folder. */
final class LocalClient {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);

  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient http;
  private final LocalAdmin admin;

  /** The gateway of the file was killed and no longer listens. */
  static final class NotRunning extends Exception {
    private static final long serialVersionUID = 1L;
  }

  LocalClient(LocalAdmin admin) {
    this.admin = admin;
    HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT);
    admin.certificate().map(PinnedCertificate::context).ifPresent(client::sslContext);
    this.http = client.build();
  }

  /**
   * Calls an operation.
   *
   * @param body JSON; empty for none
   * @param timeout how long the response may take
   * @throws NotRunning where the gateway no longer listens
   * @throws StartFailure where it refuses, with the message of the gateway
   */
  ObjectNode send(String method, String path, String body, Duration timeout) throws NotRunning {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(admin.url() + path))
            .timeout(timeout)
            .header("Authorization", "Bearer " + admin.secret())
            .header("Content-Type", "application/json")
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
      JsonNode answer = json.readTree(response.body());
      if (response.statusCode() < 300 && answer instanceof ObjectNode object) {
        return object;
      }
      StringBuilder message =
          new StringBuilder(
              answer.path("detail").asText("The gateway answered " + response.statusCode() + "."));
      JsonNode errors = answer.path("errors");
      if (errors.size() > 1) {
        errors.forEach(
            error ->
                message
                    .append("\n  ")
                    .append(error.path("pointer").asText())
                    .append(": ")
                    .append(error.path("detail").asText()));
      }
      throw new StartFailure(message.toString());
    } catch (ConnectException e) {
      throw new NotRunning();
    } catch (IOException e) {
      throw new StartFailure("The gateway at " + admin.url() + " cannot be used (" + e + ").");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartFailure("The command was interrupted.");
    }
  }
}
