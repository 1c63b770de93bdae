package dev.zendo.dom0.display;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import javax.imageio.ImageIO;

/**
 * A picture at one moment.
 *
 * @param width pixels of a line
 * @param height lines
 * @param pixels red, green and blue in the bits 16 to 23, 8 to 15 and 0 to 7, line by line
 */
public record Picture(int width, int height, int[] pixels) {
  /** Writes it as PNG. */
  public void writePng(OutputStream out) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, width, height, pixels, 0, width);
    ImageIO.setUseCache(false);
    if (!ImageIO.write(image, "png", out)) {
      throw new IOException("this Java runtime cannot write PNG");
    }
  }
}
