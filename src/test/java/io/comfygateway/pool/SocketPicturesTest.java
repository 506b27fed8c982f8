package io.comfygateway.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.files.FolderJobFiles;
import io.comfygateway.store.StoreSwitch;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketPicturesTest {
  private static final UUID JOB = UUID.fromString("aaaaaaaa-0000-4000-8000-000000000000");
  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 1, 2};

  @TempDir Path folder;
  private SocketPictures pictures;
  private PictureFrames socket;

  @BeforeEach
  void a_prompt_with_a_node_that_sends_pictures_runs() throws IOException {
    pictures =
        new SocketPictures(
            new FolderJobFiles(folder, new StoreSwitch()),
            List.of("SaveImageWebsocket"),
            new ObjectMapper());
    ObjectNode graph = JsonNodeFactory.instance.objectNode();
    graph.putObject("9").put("class_type", "SaveImageWebsocket");
    pictures.begin(JOB, graph);
    socket = pictures.frames();
    socket.text(
        "{\"type\":\"executing\",\"data\":{\"node\":\"9\",\"prompt_id\":\"%s\"}}".formatted(JOB));
  }

  @Test
  void a_png_is_kept() throws IOException {
    pictures.keep(socket.picture(frame(PNG)).orElseThrow());

    assertThat(pictures.received(JOB))
        .extracting(SocketPictures.Received::node)
        .containsExactly("9");
  }

  @Test
  void what_is_no_png_by_its_signature_is_ignored() {
    byte[] page = "<html>log in</html>".getBytes(StandardCharsets.US_ASCII);

    assertThat(socket.picture(frame(page))).isEmpty();
    assertThat(socket.picture(frame(new byte[] {(byte) 0x89, 'P', 'N', 'G'}))).isEmpty();
    assertThat(socket.picture(frame(new byte[0]))).isEmpty();
  }

  private static Buffer frame(byte[] picture) {
    return Buffer.buffer().appendInt(1).appendInt(2).appendBytes(picture);
  }
}
