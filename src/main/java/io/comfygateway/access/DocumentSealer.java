package io.comfygateway.access;

import io.comfygateway.job.DocumentSeal;
import java.util.UUID;

/** Seals what a job runs with the master key, each document for its own job. */
public final class DocumentSealer implements DocumentSeal {
  private final Sealer sealer;

  public DocumentSealer(MasterKey masterKey) {
    this.sealer = new Sealer(masterKey, "job document");
  }

  @Override
  public byte[] seal(UUID job, byte[] clear) {
    return sealer.seal(clear, job.toString());
  }

  @Override
  public byte[] open(UUID job, byte[] sealed) {
    return sealer.open(sealed, job.toString());
  }
}
