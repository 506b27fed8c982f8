package io.comfygateway.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadFormTest {
  private static final UUID JOB = UUID.fromString("22222222-2222-4222-8222-222222222222");

  @TempDir Path folder;

  @Test
  void the_form_has_the_field_names_and_the_file_name_that_comfyui_reads() throws Exception {
    HttpEntity form = form("photo.png", "image/png", "PNG\r\n--bytes");
    String boundary = ContentType.parse(form.getContentType()).getParameter("boundary");

    assertThat(text(form))
        .isEqualTo(
            String.join(
                "\r\n",
                "--" + boundary,
                "Content-Disposition: form-data; name=\"subfolder\"",
                "",
                "gateway/" + JOB,
                "--" + boundary,
                "Content-Disposition: form-data; name=\"image\"; filename=\"photo.png\"",
                "Content-Type: image/png",
                "",
                "PNG",
                "--bytes",
                "--" + boundary + "--",
                ""));
    assertThat(form.getContentType()).startsWith("multipart/form-data;");
  }

  @Test
  void its_length_is_known_and_it_can_be_sent_again() throws Exception {
    HttpEntity form = form("猫.png", "image/png", "x".repeat(100_000));

    assertThat(form.isRepeatable()).isTrue();
    assertThat(text(form)).isEqualTo(text(form)).hasSize((int) form.getContentLength());
  }

  @Test
  void names_and_media_types_cannot_add_headers() throws Exception {
    HttpEntity form = form("b\"\r\nY: 2.png", "image/png\r\nZ: 3", "x");

    assertThat(text(form).lines()).noneMatch(line -> line.matches("[YZ]: .*"));
  }

  @Test
  void a_media_type_that_cannot_be_read_becomes_bytes() throws Exception {
    assertThat(text(form("a.bin", " ", "x"))).contains("Content-Type: application/octet-stream");
  }

  private HttpEntity form(String name, String contentType, String content) throws Exception {
    Path file = Files.writeString(folder.resolve("upload"), content);
    return UploadForm.of(UploadName.of(JOB, name), contentType, file);
  }

  private static String text(HttpEntity form) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    form.writeTo(out);
    return out.toString(StandardCharsets.UTF_8);
  }
}
