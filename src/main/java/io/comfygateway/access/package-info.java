/** Who may call and what with: keys, scopes, signed links, and the key that all secrets hang on. */
package io.comfygateway.access;
