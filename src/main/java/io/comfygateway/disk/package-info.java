/**
 * Files that only the gateway's user may read, and writes that are forced to the disk. The ways in
 * are {@link PrivateFiles} and {@link DurableFolder}. It knows no other package.
 */
@NullMarked
package io.comfygateway.disk;

import org.jspecify.annotations.NullMarked;
