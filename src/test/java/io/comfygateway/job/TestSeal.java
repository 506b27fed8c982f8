package io.comfygateway.job;

import io.comfygateway.access.MasterKey;
import io.comfygateway.access.Sealer;
import java.util.Base64;
import java.util.UUID;

/** The seal that the gateway uses, with a key of no worth. */
public final class TestSeal implements DocumentSeal {
  private final Sealer sealer =
      new Sealer(
          MasterKey.ofBase64(Base64.getEncoder().encodeToString(new byte[32])), "job document");

  @Override
  public byte[] seal(UUID job, byte[] clear) {
    return sealer.seal(clear, job.toString());
  }

  @Override
  public byte[] open(UUID job, byte[] sealed) {
    return sealer.open(sealed, job.toString());
  }
}
