package io.comfygateway.database;

import io.comfygateway.access.DocumentSealer;
import io.comfygateway.access.MasterKey;
import java.util.Base64;
import java.util.UUID;

/** The seal that the gateway uses, with a key of no worth. */
public final class TestSeal implements DocumentSeal {
  private final DocumentSeal seal =
      new DocumentSealer(MasterKey.ofBase64(Base64.getEncoder().encodeToString(new byte[32])));

  @Override
  public byte[] seal(UUID job, byte[] clear) {
    return seal.seal(job, clear);
  }

  @Override
  public byte[] open(UUID job, byte[] sealed) {
    return seal.open(job, sealed);
  }

  @Override
  public byte[] hash(String... parts) {
    return seal.hash(parts);
  }
}
