/**
 * Files that only the gateway's user may read, and writes that have reached the disk. It knows
 * nothing of the rest of the gateway. The way in is {@link PrivateFiles}.
 */
package io.comfygateway.disk;
