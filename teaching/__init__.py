"""What one plays with: the explorer, and the words that its pages explain. It holds no formula."""
