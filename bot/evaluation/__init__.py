"""The harness: gold questions, the figures that answers to them earn, and how these are shown and drawn."""
