package io.comfygateway.library;

/**
 * How much is kept.
 *
 * @param workflows uploaded workflows
 * @param versions of each workflow
 * @param bytes of all versions of uploaded workflows together
 */
public record LibraryLimits(int workflows, int versions, long bytes) {}
