package io.comfygateway.access;

import io.comfygateway.database.DocumentSeal;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Encrypts the documents of jobs with the master key; each can be opened for its own job only. */
public final class DocumentSealer implements DocumentSeal {
  private final Sealer sealer;
  private final byte[] hashKey;

  public DocumentSealer(MasterKey masterKey) {
    this.sealer = new Sealer(masterKey, "job document");
    this.hashKey = masterKey.derive("hash");
  }

  @Override
  public byte[] seal(UUID job, byte[] clear) {
    return sealer.seal(clear, job.toString());
  }

  @Override
  public byte[] open(UUID job, byte[] sealed) {
    return sealer.open(sealed, job.toString());
  }

  @Override
  public byte[] hash(String... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      all.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
      all.writeBytes(bytes);
    }
    return Hmac.sha256(hashKey, all.toByteArray());
  }
}
