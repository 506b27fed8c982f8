package io.comfygateway.flow;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;

/** A multipart form with a prompt, a seed and a picture. */
final class PictureForm {
  private PictureForm() {}

  static HttpRequest.Builder request(TestGateway gateway, String path, byte[] picture) {
    String boundary = "x".repeat(20);
    String head =
        "--%1$s\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\na dog\r\n--%1$s\r\nContent-Disposition: form-data; name=\"seed\"\r\n\r\n7\r\n--%1$s\r\nContent-Disposition: form-data; name=\"image\"; filename=\"../photo.png\"\r\nContent-Type: image/png\r\n\r\n"
            .formatted(boundary);
    return gateway
        .request(path, gateway.key())
        .header("Content-Type", "multipart/form-data; boundary=" + boundary)
        .POST(
            BodyPublishers.concat(
                BodyPublishers.ofString(head),
                BodyPublishers.ofByteArray(picture),
                BodyPublishers.ofString("\r\n--" + boundary + "--\r\n")));
  }
}
