"""What robot files say: URDF and SDF files, read and checked before physics or cameras see them."""
